/* SPDX-License-Identifier: MIT */
/*
 * Tests the cache levels. Also tests the LRU arrays of caches and TLBs, by comparing them with a
 * list that has time stamps.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "bench/bochs/model/caches.h"
#include "bench/bochs/model/lru.h"
#include "tests/model/random.h"

enum { OPERATIONS = 1000000, REFERENCE_MAX = 256 };

struct reference {
	unsigned sets, ways, count;
	uint64_t now;
	struct {
		uint64_t key, value, used;
		unsigned set;
	} entry[REFERENCE_MAX];
};

/*
 * Returns the index of the entry of this set that has one of the two keys, or -1. If both keys are
 * present, returns the entry that was used last.
 */
static int reference_index(const struct reference *reference, unsigned set, uint64_t key, uint64_t other)
{
	int found = -1;

	for (unsigned i = 0; i < reference->count; i++)
		if (reference->entry[i].set == set &&
		    (reference->entry[i].key == key || reference->entry[i].key == other) &&
		    (found < 0 || reference->entry[i].used > reference->entry[found].used))
			found = (int)i;
	return found;
}

static void reference_drop(struct reference *reference, unsigned at)
{
	reference->entry[at] = reference->entry[--reference->count];
}

static void reference_add(struct reference *reference, unsigned set, uint64_t key, uint64_t value)
{
	unsigned in_set = 0, oldest = 0;
	uint64_t used = UINT64_MAX;

	for (unsigned i = 0; i < reference->count; i++) {
		if (reference->entry[i].set != set)
			continue;
		in_set++;
		if (reference->entry[i].used < used) {
			used = reference->entry[i].used;
			oldest = i;
		}
	}
	if (in_set == reference->ways)
		reference_drop(reference, oldest);
	reference->entry[reference->count].key = key;
	reference->entry[reference->count].value = value;
	reference->entry[reference->count].set = set;
	reference->entry[reference->count++].used = ++reference->now;
}

static bool divisible(uint64_t key, uint64_t value, const void *context)
{
	(void)value;
	return key % *(const uint64_t *)context == 0;
}

static void compare(unsigned entries, unsigned ways, unsigned keys)
{
	struct reference reference = { .sets = entries / ways, .ways = ways };
	struct lru lru;

	assert_true(lru_make(&lru, entries, ways, true));
	for (unsigned i = 0; i < OPERATIONS; i++) {
		uint64_t key = 1 + random_below(keys), other = random_below(4) ? key : key + reference.sets;
		unsigned set = (unsigned)(key % reference.sets);
		uint64_t value = 0, divisor = 2 + random_below(5);
		int at = reference_index(&reference, set, key, other);

		if (random_below(5000) == 0) {
			lru_remove(&lru, divisible, &divisor);
			for (unsigned j = reference.count; j-- > 0;)
				if (reference.entry[j].key % divisor == 0)
					reference_drop(&reference, j);
		} else if (lru_find(&lru, key, key, other, &value)) {
			assert_true(at >= 0);
			assert_int_equal(value, reference.entry[at].value);
			reference.entry[at].used = ++reference.now;
		} else {
			assert_int_equal(at, -1);
			lru_add(&lru, key, key, i);
			reference_add(&reference, set, key, i);
		}
	}
	lru_free(&lru);
}

static void random_streams(void **state)
{
	(void)state;
	compare(64, 4, 100);
	compare(12, 12, 20);
	compare(33, 11, 60); /* the number of sets is not a power of 2 */
	compare(8, 1, 30);
}

static void oldest_leaves(void **state)
{
	struct lru lru;
	uint64_t value;
	(void)state;

	assert_true(lru_make(&lru, 4, 2, true));
	lru_add(&lru, 0, 2, 20);
	lru_add(&lru, 2, 4, 40); /* set 2 modulo 2 is set 0 again */
	assert_true(lru_find(&lru, 0, 2, 2, &value));
	assert_int_equal(value, 20);
	lru_add(&lru, 0, 6, 60);
	assert_false(lru_find(&lru, 0, 4, 4, &value));
	assert_true(lru_find(&lru, 0, 9, 2, &value));
	assert_true(lru_find(&lru, 0, 6, 6, &value));
	assert_false(lru_find(&lru, 1, 6, 6, &value));
	lru_clear(&lru);
	assert_false(lru_find(&lru, 0, 6, 6, &value));
	lru_free(&lru);
}

static void cache_levels(void **state)
{
	struct profile profile = { .size = { [SIZE_L1I_KIB] = 1,
		                             [SIZE_L1I_WAYS] = 2,
		                             [SIZE_L1D_KIB] = 1,
		                             [SIZE_L1D_WAYS] = 2,
		                             [SIZE_L2_KIB] = 2,
		                             [SIZE_L2_WAYS] = 4,
		                             [SIZE_L3_KIB] = 4,
		                             [SIZE_L3_WAYS] = 4 } };
	struct caches caches;
	struct lru l3;
	(void)state;

	assert_true(caches_make_shared(&l3, &profile));
	assert_true(caches_make(&caches, &profile, &l3));
	assert_int_equal(caches_access(&caches, 0), LEVEL_MEMORY);
	assert_int_equal(caches_access(&caches, 63), LEVEL_L1);
	assert_int_equal(caches_access(&caches, 64), LEVEL_MEMORY);
	assert_int_equal(caches_fetch(&caches, 0), LEVEL_L2);
	/* L1D has 8 sets of 2 ways: lines 512 and 1024 evict line 0. L2 has 4 ways and keeps it. */
	assert_int_equal(caches_access(&caches, 512), LEVEL_MEMORY);
	assert_int_equal(caches_access(&caches, 1024), LEVEL_MEMORY);
	assert_int_equal(caches_access(&caches, 0), LEVEL_L2);
	/*
	 * L3 has 16 sets of 4 ways. Addresses 1024 bytes apart are in one set, so four more
	 * accesses evict line 0 from L1, L2 and L3.
	 */
	for (unsigned line = 2; line < 6; line++)
		assert_int_equal(caches_access(&caches, line * 1024), LEVEL_MEMORY);
	assert_int_equal(caches_access(&caches, 0), LEVEL_MEMORY);
	caches_free(&caches);
	lru_free(&l3);
}

static void streams(void **state)
{
	struct caches caches = { 0 };
	struct cost *arrival;
	(void)state;

	assert_false(caches_in_stream(&caches, 0x10000, &arrival));
	assert_true(caches_in_stream(&caches, 0x10040, &arrival));
	assert_false(caches_in_stream(&caches, 0x20FC0, &arrival));
	assert_true(caches_in_stream(&caches, 0x10080, &arrival));
	assert_true(caches_in_stream(&caches, 0x20F80, &arrival));  /* a descending stream */
	assert_false(caches_in_stream(&caches, 0x10100, &arrival)); /* not the neighbour of 0x10080 */
	assert_false(caches_in_stream(&caches, 0x21000, &arrival)); /* a neighbour, but in another page */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(oldest_leaves),
		cmocka_unit_test(random_streams),
		cmocka_unit_test(cache_levels),
		cmocka_unit_test(streams),
	};

	return cmocka_run_group_tests_name("model arrays", tests, NULL, NULL);
}
