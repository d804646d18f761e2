/* SPDX-License-Identifier: MIT */
#include "bench/bochs/model/walkers.h"

#include <string.h>

void walkers_make(struct walkers *walkers, unsigned count)
{
	memset(walkers, 0, sizeof *walkers);
	walkers->count = count;
}

/* Returns the walker that is free at the time `ready` and became so last, so that walks that wait
 * for each other leave the others free; or else the one that is free first. */
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
