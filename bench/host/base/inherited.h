/* SPDX-License-Identifier: MIT */
/*
 * Process state inherited from the caller: environment variables, descriptors, signals and limits.
 * inherited_settle() makes the harness and its children independent of this state.
 */
#pragma once

/*
 * Must be called first. Unsets and sets the same environment variables as bench/environment.sh, and
 * unsets TMPDIR, with a message, if that folder is not writable. Opens /dev/null for closed
 * standard streams, so that no other file gets their numbers. Ignores SIGXFSZ, so that a write
 * beyond the file size limit (ulimit -f) fails with an error, like a write to a full disk.
 */
void inherited_settle(void);
