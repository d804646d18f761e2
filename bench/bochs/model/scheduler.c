/* SPDX-License-Identifier: MIT */
#include "bench/bochs/model/scheduler.h"

#include <string.h>

void scheduler_make(struct scheduler *scheduler, unsigned size)
{
	memset(scheduler, 0, sizeof *scheduler);
	scheduler->size = size;
}

/* Frees the entries of the next cycle. */
static inline void next_cycle(struct scheduler *scheduler, unsigned set)
{
	uint8_t *begins = &scheduler->set[set].begins[++scheduler->set[set].cycle % SCHEDULER_AHEAD];

	scheduler->set[set].count -= *begins;
	*begins = 0;
}

bool scheduler_add(struct scheduler *scheduler, const struct cost *now, const struct cost *begins,
                   struct cost *stall)
{
	uint64_t any = 0;

	for (unsigned set = 0; set < SETS; set++) {
		uint64_t cycle = now->of[set] / CYCLE, begin = begins->of[set] / CYCLE;

		while (scheduler->set[set].cycle < cycle && scheduler->set[set].count)
			next_cycle(scheduler, set);
		if (scheduler->set[set].cycle < cycle)
			scheduler->set[set].cycle = cycle;
		stall->of[set] = 0;
		if (begin <= cycle)
			continue;
		if (begin >= cycle + SCHEDULER_AHEAD)
			begin = cycle + SCHEDULER_AHEAD - 1;
		scheduler->set[set].begins[begin % SCHEDULER_AHEAD]++;
		if (++scheduler->set[set].count < scheduler->size)
			continue;
		do
			next_cycle(scheduler, set);
		while (scheduler->set[set].count == scheduler->size);
		stall->of[set] = scheduler->set[set].cycle * CYCLE - now->of[set];
		any |= stall->of[set];
	}
	return any;
}
