/* SPDX-License-Identifier: MIT */
/*
 * Tests deadlines (lib/deadlines.h) against a plain array: the earliest must be first, and the heap
 * must stay leftist, which bounds the steps of an operation.
 */
#include "tests/unit/support.h"

#include "lib/deadlines.h"

#define DEADLINES 1000
#define STEPS     200000

static struct deadline all[DEADLINES];
static struct deadlines heap;

/*
 * Checks the shape of a heap. Returns the number of its deadlines. A path to the left may be long,
 * so the function recurses to the right only.
 */
static size_t check(const struct deadline *d)
{
	size_t count = 0;

	for (; d; d = d->left) {
		const uint64_t left = d->left ? d->left->rank : 0, right = d->right ? d->right->rank : 0;

		assert_true(d->time);
		assert_true(left >= right);
		assert_int_equal(d->rank, right + 1);
		if (d->left)
			assert_true(d->left->parent == d && d->left->time >= d->time);
		if (d->right)
			assert_true(d->right->parent == d && d->right->time >= d->time);
		count += 1 + check(d->right);
	}
	return count;
}

static void check_all(void)
{
	uint64_t earliest = UINT64_MAX;
	size_t set = 0;

	for (size_t i = 0; i < DEADLINES; i++) {
		set += all[i].time != 0;
		if (all[i].time && all[i].time < earliest)
			earliest = all[i].time;
	}
	assert_true(!heap.first || !heap.first->parent);
	assert_int_equal(check(heap.first), set);
	assert_int_equal(heap.first ? heap.first->time : UINT64_MAX, earliest);
}

static void against_a_model(void **state)
{
	(void)state;
	random_start(1);
	for (unsigned step = 0; step < STEPS; step++) {
		struct deadline *d = &all[random_below(DEADLINES)];
		const unsigned kind = (unsigned)random_below(4);

		if (kind == 0 && heap.first)
			d = heap.first;
		deadline_set(&heap, d, kind < 2 ? 0 : 1 + random_below(kind == 2 ? 20 : 1000000));
		if (step % 1000 == 0)
			check_all();
	}
	for (uint64_t before = 0; heap.first; deadline_set(&heap, heap.first, 0)) {
		assert_true(heap.first->time >= before);
		before = heap.first->time;
	}
	check_all();
}

/*
 * Sets the deadlines in ascending, descending and scattered order, which could make the heap
 * lopsided. Checks that the rank of the root, which bounds the steps of an operation, stays low.
 */
static void no_order_is_slow(void **state)
{
	(void)state;
	for (unsigned order = 0; order < 3; order++) {
		for (size_t i = 0; i < DEADLINES; i++) {
			deadline_set(&heap, &all[i],
			             order == 0   ? i + 1
			             : order == 1 ? DEADLINES - i
			                          : 1 + i * 7919 % DEADLINES);
			assert_true(heap.first->rank <= 10); /* rank r needs 2^r - 1 nodes */
		}
		check_all();
		for (size_t i = 0; i < DEADLINES; i++)
			deadline_set(&heap, &all[i * 331 % DEADLINES], 0);
		check_all();
		assert_null(heap.first);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(against_a_model),
		cmocka_unit_test(no_order_is_slow),
	};

	return cmocka_run_group_tests_name("deadlines", tests, NULL, NULL);
}
