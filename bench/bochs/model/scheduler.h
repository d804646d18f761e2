/* SPDX-License-Identifier: MIT */
/*
 * The scheduler holds the instructions that wait for their sources. It has `size` entries. An
 * instruction leaves its entry when it begins, in whatever order the instructions begin. When all
 * entries are taken, the core takes no further instruction until one is free. So a core that waits
 * for a chain of arithmetic looks less far ahead than its window would allow.
 *
 * Times are in millionths of a cycle, one per parameter set. Entries become free at whole cycles. An
 * instruction that begins SCHEDULER_AHEAD or more cycles from now leaves its entry one cycle earlier
 * than that.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "bench/bochs/model/profile.h"

enum { SCHEDULER_MAX = 255, SCHEDULER_AHEAD = 1024 };

struct scheduler {
	unsigned size; /* 0: no limit */
	struct {
		uint64_t cycle; /* `count` does not include the entries that are free by this cycle */
		unsigned count;
		/* How many entries become free in each cycle, by the cycle modulo SCHEDULER_AHEAD. */
		uint8_t begins[SCHEDULER_AHEAD];
	} set[SETS];
};

/* Makes a scheduler without instructions. `size` is at most SCHEDULER_MAX; 0 means no limit. */
void scheduler_make(struct scheduler *scheduler, unsigned size);

/* Adds an instruction at the time `now`, which is never less than in the call before. The instruction
 * begins at the time `begins`; if that is in the cycle of `now`, it needs no entry. Returns true if
 * all entries are then taken, and sets *stall to the time until one is free, which the caller lets
 * pass before the next call. */
bool scheduler_add(struct scheduler *scheduler, const struct cost *now, const struct cost *begins,
                   struct cost *stall);
