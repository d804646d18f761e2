/* SPDX-License-Identifier: MIT */
/*
 * Process state inherited from the caller: environment variables, descriptors, signals and limits.
 * inherited_settle() makes the harness and its children independent of this state.
 */
#pragma once

/*
 * Must be called first. Unsets and sets the same environment variables as bench/environment.sh. If
 * the folder TMPDIR is not writable, unsets TMPDIR after a message. Opens /dev/null in place of
 * each standard stream that is closed, so that no file opened later becomes descriptor 0, 1 or 2.
 * Ignores SIGXFSZ, so that a write beyond the file size limit (ulimit -f) fails with an error, like
 * a write to a full disk.
 */
void inherited_settle(void);
