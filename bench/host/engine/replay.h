/* SPDX-License-Identifier: MIT */
/*
 * Replayed runs: tests of the harness in which a script replaces QEMU or the host's files are made
 * up. Such a run measures nothing: it is marked everywhere, decides no claim, draws no figure, and
 * never becomes results/latest.
 */
#pragma once

#include <stdbool.h>

#define REPLAY_MARK "(replayed)" /* printed for --version by a script in place of an engine */

/*
 * Returns true if QEMU's version has the mark or PALIMPSEST_ROOT is set. Decided once per process.
 */
bool replay_is_on(void);
