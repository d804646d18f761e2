/* SPDX-License-Identifier: MIT */
/*
 * Loads that miss L1. Many are under way at the same time. But each takes a share of what the
 * levels beyond L1 can deliver, and delays the beginning of the next load by this share. A load
 * that nothing waits for has no other cost.
 *
 * The shares are taken in the order of the program. A load whose address is ready late takes its
 * share early. Otherwise it would delay later loads that are ready before it.
 *
 * Times are in millionths of a cycle, one per parameter set.
 */
#pragma once

#include "bench/bochs/model/profile.h"

struct fills {
	struct cost free; /* time at which the shares of all loads so far are over */
};

/* Takes the share `share` at the time `now` for a load that is ready at the time *begins, and
 * raises *begins to the time at which the load really begins. */
void fills_take(struct fills *fills, const struct cost *now, const struct cost *share, struct cost *begins);
