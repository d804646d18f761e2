/* SPDX-License-Identifier: MIT */
/*
 * Page walkers: a processor has a few, which work at the same time. A walk begins when the access
 * is ready and a walker is free, and occupies this walker until it ends. So a page walk that
 * nothing waits for costs at most its time divided by the number of walkers.
 *
 * Times are in millionths of a cycle, one per parameter set.
 */
#pragma once

#include "bench/bochs/model/profile.h"

enum { WALKERS_MAX = 16 };

struct walkers {
	unsigned count;
	struct cost free[WALKERS_MAX]; /* time at which each walker is free */
};

/* `count` is from 1 to WALKERS_MAX. All walkers are free. */
void walkers_make(struct walkers *walkers, unsigned count);

/* Makes a walk that is ready at the time `ready` and takes `time`. Returns the time at which the walk
 * is complete. */
struct cost walkers_walk(struct walkers *walkers, const struct cost *ready, const struct cost *time);
