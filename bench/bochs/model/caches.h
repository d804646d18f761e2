/* SPDX-License-Identifier: MIT */
/*
 * Caches: L1I, L1D and L2 of each CPU, and an L3 that all share. They have lines of 64 bytes,
 * physical addresses and LRU replacement; a miss fills every level that missed. The model has no
 * inclusion, write-back or prefetcher. Instead of a prefetcher, it
 * recognises streams of lines. A prefetcher would have fetched these lines, so they can cost less.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "bench/bochs/model/lru.h"
#include "bench/bochs/model/profile.h"

enum { CACHE_LINE_SHIFT = 6, CACHE_STREAMS = 16 };

/* LEVEL_OTHER: the private caches of another CPU (sharing.h); caches_look_up() never returns it. */
enum cache_level { LEVEL_L1, LEVEL_L2, LEVEL_L3, LEVEL_MEMORY, LEVEL_OTHER, LEVELS };

struct caches {
	struct lru l1i, l1d, l2, *l3;
	/* Number of each stream's last line, newest stream first; 0: none. */
	uint64_t stream[CACHE_STREAMS];
	struct cost arrival[CACHE_STREAMS]; /* time at which each of these lines arrives */
};

/* Return false if out of memory; caches_free() frees what was made. */
bool caches_make(struct caches *caches, const struct profile *profile, struct lru *l3);
bool caches_make_shared(struct lru *l3, const struct profile *profile);
void caches_free(struct caches *caches);

/* Looks up a line in `l1`, L2 and L3, in this order, and adds it to every level that lacks it.
 * Returns the level that held it. */
enum cache_level caches_look_up(struct lru *l1, struct caches *caches, uint64_t line);

/* Do what caches_look_up() does for the line of this address. caches_fetch() starts in L1I,
 * caches_access() in L1D. A key in the caches is the number of a line plus 1. */
static inline enum cache_level caches_fetch(struct caches *caches, uint64_t physical)
{
	const uint64_t line = physical >> CACHE_LINE_SHIFT;

	return lru_is_newest(&caches->l1i, line, line + 1) ? LEVEL_L1
	                                                   : caches_look_up(&caches->l1i, caches, line);
}

static inline enum cache_level caches_access(struct caches *caches, uint64_t physical)
{
	const uint64_t line = physical >> CACHE_LINE_SHIFT;

	return lru_is_newest(&caches->l1d, line, line + 1) ? LEVEL_L1
	                                                   : caches_look_up(&caches->l1d, caches, line);
}

/* Returns true if L1D holds the line of this address. Changes nothing. */
bool caches_hold(const struct caches *caches, uint64_t physical);

/* Records a data line that missed L1. Returns true if its neighbour, above or below in the same 4
 * KiB page, missed recently; **arrival is then the time at which the neighbour arrives. In any case
 * the caller sets **arrival to the time at which the recorded line arrives. */
bool caches_in_stream(struct caches *caches, uint64_t physical, struct cost **arrival);
