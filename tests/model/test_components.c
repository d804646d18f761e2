/* SPDX-License-Identifier: MIT */
/*
 * Tests the caches and the simple branch predictor. They and naive models, which keep plain lists,
 * get the same random streams and must give the same results.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "bench/bochs/model/branches.h"
#include "bench/bochs/model/caches.h"
#include "tests/model/random.h"

enum { OPERATIONS = 1000000, LINES_MAX = 256, BRANCHES = 64 };

/* ---- caches: the naive model keeps a list of lines with the time of their last use ---- */

struct naive_cache {
	unsigned sets, ways, count;
	uint64_t line[LINES_MAX], used[LINES_MAX];
};

static bool naive_has(struct naive_cache *cache, uint64_t line, uint64_t now)
{
	unsigned in_set = 0, oldest = 0;

	for (unsigned i = 0; i < cache->count; i++)
		if (cache->line[i] == line) {
			cache->used[i] = now;
			return true;
		}
	for (unsigned i = 0; i < cache->count; i++)
		if (cache->line[i] % cache->sets == line % cache->sets &&
		    (in_set++ == 0 || cache->used[i] < cache->used[oldest]))
			oldest = i;
	if (in_set < cache->ways)
		oldest = cache->count++;
	cache->line[oldest] = line;
	cache->used[oldest] = now;
	return false;
}

static enum cache_level naive_level(struct naive_cache *const caches[3], uint64_t line, uint64_t now)
{
	for (unsigned level = LEVEL_L1; level < LEVEL_MEMORY; level++)
		if (naive_has(caches[level], line, now))
			return (enum cache_level)level;
	return LEVEL_MEMORY;
}

/* Compares the caches of two CPUs (own L1 and L2, shared L3) with the naive model. */
static void random_accesses(void **state)
{
	static const struct profile profile = { .size = { [SIZE_L1I_KIB] = 1,
		                                          [SIZE_L1I_WAYS] = 4,
		                                          [SIZE_L1D_KIB] = 1,
		                                          [SIZE_L1D_WAYS] = 2,
		                                          [SIZE_L2_KIB] = 3,
		                                          [SIZE_L2_WAYS] = 4,
		                                          [SIZE_L3_KIB] = 11,
		                                          [SIZE_L3_WAYS] = 11 } };
	static struct naive_cache l1i[2], l1d[2], l2[2], l3 = { .sets = 16, .ways = 11 };
	struct caches caches[2];
	struct lru shared;
	(void)state;

	assert_true(caches_make_shared(&shared, &profile));
	for (unsigned cpu = 0; cpu < 2; cpu++) {
		assert_true(caches_make(&caches[cpu], &profile, &shared));
		l1i[cpu] = (struct naive_cache){ .sets = 4, .ways = 4 };
		l1d[cpu] = (struct naive_cache){ .sets = 8, .ways = 2 };
		l2[cpu] = (struct naive_cache){ .sets = 12, .ways = 4 };
	}
	for (unsigned i = 0; i < OPERATIONS; i++) {
		unsigned cpu = (unsigned)random_below(2);
		bool fetch = random_below(4) == 0;
		uint64_t address = random_below(random_below(2) ? 2000 : 30000);
		struct naive_cache *const levels[] = { fetch ? &l1i[cpu] : &l1d[cpu], &l2[cpu], &l3 };
		enum cache_level level =
		        fetch ? caches_fetch(&caches[cpu], address) : caches_access(&caches[cpu], address);

		assert_int_equal(level, naive_level(levels, address / 64, i + 1));
	}
	caches_free(&caches[0]);
	caches_free(&caches[1]);
	lru_free(&shared);
}

/*
 * The model of a stream prefetcher keeps the last CACHE_STREAMS missed lines. A miss is in a stream
 * if a kept line is the missed line's neighbour in the same page. The missed line then replaces the
 * newest such neighbour. If the miss is in no stream, the missed line replaces the oldest line.
 */
static void random_misses(void **state)
{
	struct caches caches = { 0 };
	uint64_t lines[CACHE_STREAMS] = { 0 }; /* the oldest first; 0: no line */
	uint64_t comes[CACHE_STREAMS] = { 0 }; /* time at which each of these lines arrives */
	struct cost *arrival;
	(void)state;

	for (unsigned i = 0; i < OPERATIONS; i++) {
		uint64_t line = 1000 + random_below(random_below(2) ? 40 : 400);
		bool found = false;
		uint64_t its;
		int at = 0;

		for (int j = CACHE_STREAMS - 1; j >= 0 && !found; j--)
			if (lines[j] / 64 == line / 64 && (lines[j] + 1 == line || lines[j] - 1 == line)) {
				found = true;
				at = j;
			}
		its = comes[at];
		for (; at < CACHE_STREAMS - 1; at++) {
			lines[at] = lines[at + 1];
			comes[at] = comes[at + 1];
		}
		comes[CACHE_STREAMS - 1] = its;
		lines[CACHE_STREAMS - 1] = line;
		assert_int_equal(caches_in_stream(&caches, line * 64 + random_below(64), &arrival), found);
		if (found)
			assert_int_equal(arrival->of[SET_NOMINAL], comes[CACHE_STREAMS - 1]);
		arrival->of[SET_NOMINAL] = comes[CACHE_STREAMS - 1] = i + 1;
	}
}

/* ---- branches: the naive model keeps the last outcomes in order ---- */

static bool naive_conditional(uint64_t from, bool taken)
{
	static int confidence[BRANCH_COUNTERS]; /* 0, 1: predicts not taken; 2, 3: taken */
	static bool history[BRANCH_HISTORY_BITS];
	unsigned pattern = 0;
	bool predicted;
	int *counter;

	for (unsigned i = 0; i < BRANCH_HISTORY_BITS; i++)
		pattern = pattern * 2 + history[i];
	counter = &confidence[(from ^ pattern) % BRANCH_COUNTERS];
	predicted = *counter > 1;
	*counter += taken ? 1 : -1;
	*counter = *counter < 0 ? 0 : *counter > 3 ? 3 : *counter;
	memmove(history, history + 1, sizeof history - sizeof history[0]);
	history[BRANCH_HISTORY_BITS - 1] = taken;
	return predicted != taken;
}

static bool naive_return(const uint64_t *calls, unsigned depth, uint64_t to)
{
	return !depth || to <= calls[depth - 1] || to > calls[depth - 1] + 15;
}

static void random_branches(void **state)
{
	static struct branches branches = { .simple = true };
	static uint64_t last_target[1 << 16];
	uint64_t calls[BRANCH_RETURNS]; /* return stack, the oldest call first */
	unsigned depth = 0;
	(void)state;

	for (unsigned i = 0; i < OPERATIONS; i++) {
		uint64_t from = 0x1000 + random_below(BRANCHES) * 37, to = 0x9000 + random_below(4) * 16;
		unsigned kind = (unsigned)random_below(8);
		bool taken = random_below(4) != 0, wrong;

		if (kind < 4) {
			assert_int_equal(branches_conditional(&branches, from, taken),
			                 naive_conditional(from, taken));
			continue;
		}
		/*
		 * Returns occur only if the return stack is not empty, since the prediction of a
		 * return is undefined for an empty one.
		 */
		kind = kind == 4   ? BRANCH_DIRECT
		       : kind == 5 ? BRANCH_INDIRECT
		       : kind == 6 ? (taken ? BRANCH_CALL : BRANCH_CALL_INDIRECT)
		       : depth     ? BRANCH_RETURN
		                   : BRANCH_DIRECT;
		if (kind == BRANCH_RETURN && taken)
			to = calls[depth - 1] + 1 + random_below(20);
		wrong = branches_unconditional(&branches, (enum branch_kind)kind, from, to);
		if (kind == BRANCH_RETURN) {
			assert_int_equal(wrong, naive_return(calls, depth, to));
			depth--;
		} else if (kind == BRANCH_INDIRECT || kind == BRANCH_CALL_INDIRECT) {
			assert_int_equal(wrong, last_target[from] != to);
			last_target[from] = to;
		} else {
			assert_false(wrong);
		}
		if (kind == BRANCH_CALL || kind == BRANCH_CALL_INDIRECT) {
			if (depth == BRANCH_RETURNS)
				memmove(calls, calls + 1, sizeof calls[0] * --depth);
			calls[depth++] = from;
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_accesses),
		cmocka_unit_test(random_misses),
		cmocka_unit_test(random_branches),
	};

	return cmocka_run_group_tests_name("model components", tests, NULL, NULL);
}
