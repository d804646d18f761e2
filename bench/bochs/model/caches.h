/* SPDX-License-Identifier: MIT */
/*
 * Caches: L1I, L1D and L2 of one CPU, and an L3 that all share. Lines of 64 bytes, physical addresses, LRU; a miss fills
 * every level that missed. There is no inclusion, no write-back, no coherence between CPUs and no prefetcher: a stream
 * of lines, which one would have fetched, is told apart so that it can cost less.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "bench/bochs/model/lru.h"
#include "bench/bochs/model/profile.h"

enum { CACHE_LINE_SHIFT = 6, CACHE_STREAMS = 16 };

enum cache_level { LEVEL_L1, LEVEL_L2, LEVEL_L3, LEVEL_MEMORY, LEVELS };

struct caches {
	struct lru l1i, l1d, l2, *l3;
	uint64_t stream
	        [CACHE_STREAMS]; /* lines after which the next one was missed, the newest first; 0: none */
};

/* False when there is no memory. */
bool caches_make(struct caches *caches, const struct profile *profile, struct lru *l3);
bool caches_make_shared(struct lru *l3, const struct profile *profile);
void caches_free(struct caches *caches);

/* The level that has the line of this address. */
enum cache_level caches_fetch(struct caches *caches, uint64_t physical);
enum cache_level caches_access(struct caches *caches, uint64_t physical);

/* A data line missed L1: true when it follows, up or down in the same 4 KiB page, a line that missed lately. */
bool caches_in_stream(struct caches *caches, uint64_t physical);
