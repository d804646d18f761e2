/* SPDX-License-Identifier: MIT */
/*
 * Replayed runs are tests of the harness, in which a script takes the place of QEMU or the files of
 * the host are artificial. Such a run measures nothing. Its results are marked as replayed. It
 * decides no claim, draws no figure, and never becomes results/latest.
 */
#pragma once

#include <stdbool.h>

#define REPLAY_MARK "(replayed)" /* a script in place of QEMU prints this for --version */

/*
 * Returns true if the run is replayed: QEMU's version contains REPLAY_MARK, or PALIMPSEST_ROOT is
 * set.
 */
bool replay_is_on(void);
