/* SPDX-License-Identifier: MIT */
/*
 * Process state inherited from the caller: variables, descriptors, signals, limits. After
 * inherited_settle() neither the harness nor its children depend on it.
 */
#pragma once

/*
 * Must be called first. Removes and sets the variables that bench/environment.sh does. Opens
 * /dev/null for closed standard streams, so that no other file gets their numbers. Ignores SIGXFSZ,
 * so that writing past the file size limit (ulimit -f) fails like a full disk.
 */
void inherited_settle(void);
