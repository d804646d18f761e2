/* SPDX-License-Identifier: MIT */
/*
 * The store buffer: stores leave it in order, each when the ones before it have left. A store that
 * misses L1 takes some time to leave; other stores take none. The core waits only if the buffer is
 * full.
 *
 * If a load reads what one of the last stores wrote, it gets the value from the buffer once the
 * value is ready. A table holds the last stores. The aligned 8 bytes that contain a store's first
 * byte select its place in the table, and it replaces the store that was there.
 *
 * Times are in millionths of a cycle, one per parameter set.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench/bochs/model/profile.h"

enum { STORES_MAX = 256, STORES_PLACES = 256 };

struct stores_value {
	uint64_t word;   /* linear address / 8 */
	uint64_t number; /* number of the store, from 1; 0: no store */
	struct cost ready;
};

struct stores {
	unsigned size;
	uint64_t count;                 /* stores so far */
	struct cost leaves[STORES_MAX]; /* leaving times of stores that waited; index: number % size */
	struct cost last;               /* time at which the last store leaves */
	struct stores_value value[STORES_PLACES];
};

/* `size` is from 1 to STORES_MAX. */
void stores_make(struct stores *stores, unsigned size);

/* Does the work of stores_add() if a store has to wait. */
bool stores_queue(struct stores *stores, const struct cost *now, const struct cost *time, struct cost *stall);

/* Adds a store at the time `now`. It takes `time` to leave; NULL means no time. Returns true if the
 * buffer was full, and sets *stall to how long the core waits. */
static inline bool stores_add(struct stores *stores, const struct cost *now, const struct cost *time,
                              struct cost *stall)
{
	bool waits = time != NULL;

	for (unsigned set = 0; set < SETS; set++)
		waits |= stores->last.of[set] > now->of[set];
	stores->count++;
	return waits && stores_queue(stores, now, time, stall);
}

/* Puts the last store into the table, with its linear address and the time at which its value is
 * ready. */
static inline void stores_note(struct stores *stores, uint64_t linear, const struct cost *ready)
{
	struct stores_value *value = &stores->value[linear / 8 % STORES_PLACES];

	value->word = linear / 8;
	value->number = stores->count;
	value->ready = *ready;
}

/* Looks for the last store to the aligned 8 bytes that contain `linear`. Returns the time at which
 * its value is ready, or NULL if the store has left the table or `size` others were made after it. */
static inline const struct cost *stores_find(const struct stores *stores, uint64_t linear)
{
	const struct stores_value *value = &stores->value[linear / 8 % STORES_PLACES];

	if (value->word != linear / 8 || !value->number || stores->count - value->number >= stores->size)
		return NULL;
	return &value->ready;
}
