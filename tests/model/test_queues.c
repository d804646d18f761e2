/* SPDX-License-Identifier: MIT */
/*
 * Tests what instructions wait for besides registers: page walkers, the store buffer, the transfers
 * of lines that missed L1 (fills), and the scheduler. Compares some times with values computed by
 * hand. Compares random operations with naive models, which remember all earlier operations.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "bench/bochs/model/fills.h"
#include "bench/bochs/model/parts.h"
#include "bench/bochs/model/scheduler.h"
#include "bench/bochs/model/stores.h"
#include "bench/bochs/model/walkers.h"
#include "tests/model/random.h"

enum { OPERATIONS = 20000 };

static struct cost same(uint64_t value)
{
	return (struct cost){ .of = { value, value, value } };
}

static uint64_t later(uint64_t one, uint64_t two)
{
	return one > two ? one : two;
}

/* ---- walkers ---- */

static uint64_t walk(struct walkers *walkers, uint64_t ready, uint64_t time)
{
	struct cost begins = same(ready), takes = same(time);

	return walkers_walk(walkers, &begins, &takes).of[SET_NOMINAL];
}

static void walks_overlap(void **state)
{
	struct walkers walkers;
	(void)state;

	walkers_make(&walkers, 2);
	assert_int_equal(walk(&walkers, 10, 30), 40);
	assert_int_equal(walk(&walkers, 11, 30), 41);
	assert_int_equal(walk(&walkers, 12, 30), 70); /* waits for the first */
	assert_int_equal(walk(&walkers, 100, 5), 105);
	/* A chain of walks, each ready when the one before it is complete, uses one walker. */
	walkers_make(&walkers, 2);
	for (uint64_t i = 0; i < 5; i++)
		assert_int_equal(walk(&walkers, 10 * i, 10), 10 * i + 10);
	assert_int_equal(walk(&walkers, 3, 10), 13);
}

/* The naive model: the intervals in which each walker is busy. */
static void random_walks(void **state)
{
	static uint64_t busy_until[SETS][8];
	struct walkers walkers;
	struct cost now = { 0 };
	(void)state;

	walkers_make(&walkers, 5);
	for (unsigned i = 0; i < OPERATIONS; i++) {
		struct cost ready, time, complete;

		for (unsigned set = 0; set < SETS; set++) {
			now.of[set] += random_below(12);
			ready.of[set] = now.of[set] + (random_below(3) ? 0 : random_below(200));
			time.of[set] = 1 + random_below(60);
		}
		complete = walkers_walk(&walkers, &ready, &time);
		for (unsigned set = 0; set < SETS; set++) {
			int best = -1;
			uint64_t begins;

			for (int w = 0; w < 5; w++) /* the one that has been free for the least time */
				if (busy_until[set][w] <= ready.of[set] &&
				    (best < 0 || busy_until[set][w] > busy_until[set][best]))
					best = w;
			for (int w = 0; w < 5 && busy_until[set][best < 0 ? 0 : best] > ready.of[set]; w++)
				if (best < 0 || busy_until[set][w] < busy_until[set][best])
					best = w;
			begins = later(busy_until[set][best], ready.of[set]);
			busy_until[set][best] = begins + time.of[set];
			assert_int_equal(complete.of[set], begins + time.of[set]);
		}
	}
}

/* ---- the store buffer ---- */

static uint64_t add(struct stores *stores, uint64_t now, uint64_t time)
{
	struct cost at = same(now), takes = same(time), stall;

	return stores_add(stores, &at, time ? &takes : NULL, &stall) ? stall.of[SET_NOMINAL] : 0;
}

static void buffer_full(void **state)
{
	struct stores stores;
	struct cost ready = same(77);
	(void)state;

	stores_make(&stores, 2);
	assert_int_equal(add(&stores, 0, 100), 0); /* leaves at 100 */
	assert_int_equal(add(&stores, 1, 0), 0);   /* leaves at 100, too */
	assert_int_equal(add(&stores, 2, 0), 98);  /* waits until the first has left */
	assert_int_equal(add(&stores, 300, 100), 0);
	assert_int_equal(add(&stores, 301, 100), 0); /* leaves at 500 */
	assert_int_equal(add(&stores, 450, 0), 0);   /* the first left at 400 */
	assert_int_equal(add(&stores, 451, 0), 49);

	stores_note(&stores, 0x1004, &ready);
	assert_int_equal(stores_find(&stores, 0x1000)->of[SET_NOMINAL], 77);
	assert_null(stores_find(&stores, 0x1008));
	add(&stores, 900, 0);
	assert_non_null(stores_find(&stores, 0x1000));
	add(&stores, 901, 0); /* the buffer holds two */
	assert_null(stores_find(&stores, 0x1000));
}

/* The naive model keeps the time at which each store leaves, and a list of all noted values. */
static void random_stores(void **state)
{
	static uint64_t leaves[SETS][OPERATIONS];
	static struct {
		uint64_t word, ready;
	} values[OPERATIONS];
	static struct stores stores;
	struct cost now = { 0 };
	(void)state;

	stores_make(&stores, 7);
	for (unsigned i = 0; i < OPERATIONS; i++) {
		uint64_t linear = random_below(800);
		struct cost time, stall = { 0 }, ready;
		bool misses = random_below(4) == 0, found = false;
		const struct cost *value = stores_find(&stores, linear);

		for (unsigned j = 0; j < 7 && j < i && !found; j++) {
			/* If two stores have the same place in the table, only the later one is found. */
			if (values[i - 1 - j].word % STORES_PLACES == linear / 8 % STORES_PLACES) {
				found = true;
				assert_int_equal(values[i - 1 - j].word == linear / 8, value != NULL);
				if (value)
					assert_int_equal(value->of[SET_LOW], values[i - 1 - j].ready);
			}
		}
		if (!found)
			assert_null(value);
		for (unsigned set = 0; set < SETS; set++) {
			now.of[set] += random_below(20);
			time.of[set] = 1 + random_below(50);
			ready.of[set] = now.of[set] + random_below(30);
		}
		if (!stores_add(&stores, &now, misses ? &time : NULL, &stall))
			stall = (struct cost){ 0 };
		for (unsigned set = 0; set < SETS; set++) {
			uint64_t begins = i >= 7 ? later(now.of[set], leaves[set][i - 7]) : now.of[set];

			assert_int_equal(stall.of[set], begins - now.of[set]);
			now.of[set] = begins;
			if (i > 0)
				begins = later(begins, leaves[set][i - 1]);
			leaves[set][i] = begins + (misses ? time.of[set] : 0);
		}
		stores_note(&stores, linear, &ready);
		values[i].word = linear / 8;
		values[i].ready = ready.of[SET_LOW];
	}
}

/* ---- the transfers of lines that missed L1 ---- */

static uint64_t take(struct fills *fills, uint64_t now, uint64_t share, uint64_t ready)
{
	struct cost at = same(now), part = same(share), begins = same(ready);

	fills_take(fills, &at, &part, &begins);
	return begins.of[SET_NOMINAL];
}

static void loads_share(void **state)
{
	struct fills fills = { 0 };
	uint64_t turn = 0, now = 0;
	(void)state;

	assert_int_equal(take(&fills, 10, 5, 10), 10);
	assert_int_equal(take(&fills, 11, 5, 11), 15);
	assert_int_equal(take(&fills, 12, 5, 12), 20);
	assert_int_equal(take(&fills, 13, 5, 90), 90); /* is ready late, but takes its share now */
	assert_int_equal(take(&fills, 14, 5, 14), 30);
	assert_int_equal(take(&fills, 50, 5, 50), 50);

	fills = (struct fills){ 0 };
	for (unsigned i = 0; i < OPERATIONS; i++) { /* a queue that is served in order */
		uint64_t share = random_below(9), ready;

		now += random_below(8);
		ready = now + random_below(2) * random_below(100);
		turn = later(turn, now);
		assert_int_equal(take(&fills, now, share, ready), later(turn, ready));
		turn += share;
	}
}

/* ---- the scheduler ---- */

/* Adds an instruction that begins in the cycle `begins`. Returns how many cycles the core waits. */
static uint64_t schedule(struct scheduler *scheduler, uint64_t now, uint64_t begins)
{
	struct cost stall, at = same(now * CYCLE), begin = same(begins * CYCLE);

	return scheduler_add(scheduler, &at, &begin, &stall) ? stall.of[SET_NOMINAL] / CYCLE : 0;
}

static void scheduler_full(void **state)
{
	static struct scheduler scheduler;
	(void)state;

	scheduler_make(&scheduler, 3);
	assert_int_equal(schedule(&scheduler, 10, 110), 0);
	assert_int_equal(schedule(&scheduler, 10, 40), 0);
	assert_int_equal(schedule(&scheduler, 10, 60), 30); /* until the second begins */
	assert_int_equal(schedule(&scheduler, 41, 41), 0);  /* needs no entry */
	assert_int_equal(schedule(&scheduler, 50, 90), 10);
	assert_int_equal(schedule(&scheduler, 95, 111), 0); /* the fourth has begun, too */
	/* Two that begin in the same cycle free two entries. */
	scheduler_make(&scheduler, 2);
	assert_int_equal(schedule(&scheduler, 0, 5), 0);
	assert_int_equal(schedule(&scheduler, 0, 5), 5);
	assert_int_equal(schedule(&scheduler, 5, 9), 0);
	/* An instruction can begin before an earlier one. After a long time all entries are free. */
	assert_int_equal(schedule(&scheduler, 6, 7), 1);
	assert_int_equal(schedule(&scheduler, 1000000, 1000002), 0);
	/* An entry is held for less than SCHEDULER_AHEAD cycles. */
	scheduler_make(&scheduler, 1);
	assert_int_equal(schedule(&scheduler, 7, 5000), SCHEDULER_AHEAD - 1);
}

/* The naive model: the cycles in which the instructions so far begin, in any order. */
static uint64_t naive_schedule(uint64_t *begins, unsigned *count, unsigned size, uint64_t now, uint64_t begin)
{
	unsigned waiting = 0;
	uint64_t first = UINT64_MAX;

	begins[(*count)++] = begin < now + SCHEDULER_AHEAD ? begin : now + SCHEDULER_AHEAD - 1;
	for (unsigned i = 0; i < *count; i++) {
		if (begins[i] <= now)
			continue;
		waiting++;
		first = begins[i] < first ? begins[i] : first;
	}
	return waiting < size ? 0 : first - now;
}

static void random_schedules(void **state)
{
	static struct scheduler scheduler;
	static uint64_t begins[OPERATIONS];
	static const unsigned sizes[] = { 1, 2, 7, 97, SCHEDULER_MAX };
	(void)state;

	for (unsigned size = 0; size < sizeof sizes / sizeof *sizes; size++) {
		unsigned count = 0, waits = 0;
		uint64_t now = 0;

		scheduler_make(&scheduler, sizes[size]);
		for (unsigned i = 0; i < OPERATIONS / 4; i++) {
			uint64_t begin = now + random_below(random_below(9) ? 400 : 3000);
			uint64_t stall = schedule(&scheduler, now, begin);

			assert_int_equal(stall, naive_schedule(begins, &count, sizes[size], now, begin));
			waits += stall > 0;
			now += stall + random_below(random_below(99) ? 2 : 2000);
		}
		assert_in_range(waits, 10, OPERATIONS / 4);
	}
}

static void names_of_parts(void **state)
{
	unsigned parts = 99;
	(void)state;

	assert_true(parts_read("", &parts));
	assert_int_equal(parts, 0);
	assert_true(parts_read("walkers,predictor", &parts));
	assert_int_equal(parts, 1U << PART_WALKERS | 1U << PART_PREDICTOR);
	assert_false(parts_read("walker", &parts));
	assert_false(parts_read("walkers,,predictor", &parts));
	assert_false(parts_read("walkers predictor", &parts));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(walks_overlap),    cmocka_unit_test(random_walks),
		cmocka_unit_test(buffer_full),      cmocka_unit_test(random_stores),
		cmocka_unit_test(loads_share),      cmocka_unit_test(scheduler_full),
		cmocka_unit_test(random_schedules), cmocka_unit_test(names_of_parts),
	};

	return cmocka_run_group_tests_name("model queues", tests, NULL, NULL);
}
