/* SPDX-License-Identifier: MIT */
#include "bench/bochs/model/walkers.h"

#include <string.h>

void walkers_make(struct walkers *walkers, unsigned count)
{
	memset(walkers, 0, sizeof *walkers);
	walkers->count = count;
}

/* Returns a walker that is free at the time `ready`. If there are several, returns the one that
 * became free last, so that a chain of walks leaves the other walkers free. If there is none,
 * returns the one that becomes free first. */
static unsigned chosen(const struct walkers *walkers, uint64_t ready, unsigned set)
{
	unsigned best = 0;

	for (unsigned i = 1; i < walkers->count; i++) {
		uint64_t one = walkers->free[i].of[set], other = walkers->free[best].of[set];

		if (one <= ready ? other > ready || one > other : one < other)
			best = i;
	}
	return best;
}

struct cost walkers_walk(struct walkers *walkers, const struct cost *ready, const struct cost *time)
{
	struct cost complete;

	for (unsigned set = 0; set < SETS; set++) {
		uint64_t *walker = &walkers->free[chosen(walkers, ready->of[set], set)].of[set];
		uint64_t begins = *walker > ready->of[set] ? *walker : ready->of[set];

		complete.of[set] = *walker = begins + time->of[set];
	}
	return complete;
}
