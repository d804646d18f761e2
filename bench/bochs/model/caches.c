/* SPDX-License-Identifier: MIT */
#include "bench/bochs/model/caches.h"

#include <stddef.h>
#include <string.h>

static bool make(struct lru *cache, const struct profile *profile, enum size_parameter kib,
                 enum size_parameter ways)
{
	uint64_t lines = (uint64_t)profile->size[kib] << (10 - CACHE_LINE_SHIFT);

	return lru_make(cache, lines, profile->size[ways], false);
}

bool caches_make(struct caches *caches, const struct profile *profile, struct lru *l3)
{
	memset(caches, 0, sizeof *caches);
	caches->l3 = l3;
	return make(&caches->l1i, profile, SIZE_L1I_KIB, SIZE_L1I_WAYS) &&
	       make(&caches->l1d, profile, SIZE_L1D_KIB, SIZE_L1D_WAYS) &&
	       make(&caches->l2, profile, SIZE_L2_KIB, SIZE_L2_WAYS);
}

bool caches_make_shared(struct lru *l3, const struct profile *profile)
{
	return make(l3, profile, SIZE_L3_KIB, SIZE_L3_WAYS);
}

void caches_free(struct caches *caches)
{
	lru_free(&caches->l1i);
	lru_free(&caches->l1d);
	lru_free(&caches->l2);
}

enum cache_level caches_look_up(struct lru *l1, struct caches *caches, uint64_t line)
{
	struct lru *const levels[] = { l1, &caches->l2, caches->l3 };
	enum cache_level level = LEVEL_L1;

	while (level < LEVEL_MEMORY && !lru_touch(levels[level], line, line + 1))
		lru_add(levels[level++], line, line + 1, 0);
	return level;
}

bool caches_hold(const struct caches *caches, uint64_t physical)
{
	uint64_t line = physical >> CACHE_LINE_SHIFT;

	return lru_holds(&caches->l1d, line, line + 1, line + 1);
}

bool caches_in_stream(struct caches *caches, uint64_t physical, struct cost **arrival)
{
	uint64_t line = physical >> CACHE_LINE_SHIFT;
	unsigned lines_of_page = 1 << (12 - CACHE_LINE_SHIFT);
	unsigned at = 0;
	bool found = false;
	struct cost its;

	for (unsigned i = 0; i < CACHE_STREAMS && !found; i++) {
		uint64_t known = caches->stream[i];

		at = i;
		found = known / lines_of_page == line / lines_of_page &&
		        (known + 1 == line || known == line + 1);
	}
	memmove(caches->stream + 1, caches->stream, at * sizeof caches->stream[0]);
	its = caches->arrival[at];
	memmove(caches->arrival + 1, caches->arrival, at * sizeof caches->arrival[0]);
	caches->stream[0] = line;
	caches->arrival[0] = its;
	*arrival = &caches->arrival[0];
	return found;
}
