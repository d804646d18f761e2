/* SPDX-License-Identifier: MIT */
/*
 * What the harness inherits from whoever started it: variables, descriptors, signals, limits. Afterwards it and its
 * children depend on none of that.
 */
#pragma once

/*
 * To be called first. Removes the variables that bench/environment.sh removes and sets those it sets; opens /dev/null in
 * place of standard streams that are closed, so that no file of ours takes their numbers; makes writing beyond the limit
 * on the size of files (ulimit -f) an error like a full disk instead of a signal.
 */
void inherited_settle(void);
