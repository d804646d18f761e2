/* SPDX-License-Identifier: MIT */
/*
 * Tests the branch predictor with a long history: what it must learn and cannot learn, and random
 * branches against a naive predictor that keeps all outcomes in order and all entries in a list.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "bench/bochs/model/predictor.h"
#include "tests/model/random.h"

enum { OPERATIONS = 300000, LIST_MAX = 60000 };

enum { OUTCOMES = 7000 }; /* as in the profile emerald-rapids */

static struct predictor predictor;

static void start(void)
{
	predictor_make(&predictor, OUTCOMES);
}

/* Executes a branch `times` times. Its outcomes are random, but repeat after `period` executions.
 * Returns how many of the last `counted` executions are mispredicted. */
static unsigned periodic(unsigned period, unsigned times, unsigned counted)
{
	bool outcome[256];
	unsigned wrong = 0;

	start();
	for (unsigned i = 0; i < period; i++)
		outcome[i] = random_below(2);
	for (unsigned i = 0; i < times; i++) {
		bool missed = predictor_conditional(&predictor, 0x1000, outcome[i % period]);

		wrong += missed && i >= times - counted;
	}
	return wrong;
}

static void what_it_learns(void **state)
{
	unsigned wrong = 0;
	(void)state;

	assert_int_equal(periodic(1, 100, 50), 0);
	assert_int_equal(periodic(4, 1000, 500), 0);
	assert_in_range(periodic(100, 20000, 5000), 0, 50);
	/* The end of a loop of 100 rounds: all of the last 99 outcomes are alike. */
	start();
	for (unsigned i = 0; i < 40400; i++)
		wrong += predictor_conditional(&predictor, 0x1000, i % 101 != 100) && i >= 20200;
	assert_in_range(wrong, 0, 20);
	wrong = 0;
	/* A branch with random outcomes is mispredicted half of the time. */
	start();
	for (unsigned i = 0; i < 20000; i++)
		wrong += predictor_conditional(&predictor, 0x1000, random_below(2));
	assert_in_range(wrong, 9000, 11000);
	/* A branch that repeats another one is predicted, with any outcomes between them. */
	start();
	wrong = 0;
	for (unsigned i = 0; i < 20000; i++) {
		bool first = random_below(2);

		predictor_conditional(&predictor, 0x1000, first);
		predictor_conditional(&predictor, 0x2000, true);
		wrong += predictor_conditional(&predictor, 0x3000, first) && i >= 10000;
	}
	assert_in_range(wrong, 0, 200);
}

/*
 * Executes a branch with a sequence of `period` random outcomes, or an indirect branch with a
 * sequence of `period` random targets. Repeats the sequence until it was executed five times. After
 * each execution of the branch, executes another branch that is always taken. Returns how many of
 * 1000 executions in the last sequence were mispredicted.
 */
static unsigned remembered(unsigned period, bool indirect)
{
	static uint8_t outcome[16000];
	unsigned wrong = 0;

	start();
	for (unsigned i = 0; i < period; i++)
		outcome[i] = (uint8_t)random_below(indirect ? 8 : 2);
	for (unsigned i = 0; i < 5 * period; i++) {
		unsigned now = outcome[i % period];
		bool missed = indirect ? predictor_indirect(&predictor, 0x2000, 0x5000 + now * 0x40)
		                       : predictor_conditional(&predictor, 0x2000, now);

		predictor_conditional(&predictor, 0x3000, true);
		wrong += missed && i >= 4 * period;
	}
	return wrong * 1000 / period;
}

/*
 * The predictor must remember about as much as an Emerald Rapids does. On that processor, the number
 * of mispredicted executions of 1000 was calculated from the time that they took: 150 with 4000
 * random outcomes, 490 with 16000 outcomes, 90 with 1000 random targets, and 740 with 4000 targets.
 */
static void how_much_it_remembers(void **state)
{
	(void)state;

	assert_in_range(remembered(1000, false), 0, 50);
	assert_in_range(remembered(4000, false), 100, 250);
	assert_in_range(remembered(16000, false), 400, 500);
	assert_in_range(remembered(250, true), 0, 50);
	assert_in_range(remembered(1000, true), 50, 200);
	assert_in_range(remembered(4000, true), 550, 850);
}

/* Executes a branch with random outcomes that repeat: `rounds` rounds of `period` outcomes. Each is
 * followed by a branch that is always taken. Returns how many are mispredicted in the last round. */
static unsigned rounds_of(uint64_t from, unsigned period, unsigned rounds)
{
	static bool outcome[4000];
	unsigned wrong = 0;

	for (unsigned i = 0; i < period; i++)
		outcome[i] = random_below(2);
	for (unsigned i = 0; i < rounds * period; i++) {
		if (i % period == 0)
			wrong = 0;
		wrong += predictor_conditional(&predictor, from, outcome[i % period]);
		predictor_conditional(&predictor, 0x3000, true);
	}
	return wrong;
}

/* What one program has taught the predictor does not stop it from learning another one. An Emerald
 * Rapids has learned the 6000 branches of the program `queens` (bench/predict/) after three rounds,
 * whatever ran before. */
static void old_entries(void **state)
{
	(void)state;

	start();
	assert_in_range(rounds_of(0x2000, 4000, 50), 0, 100);
	assert_in_range(rounds_of(0x2100, 2000, 40), 0, 40);
}

/*
 * There are 40 random sequences of 30 targets. Each must be learned, as on an Emerald Rapids: there
 * a jump of such a sequence takes 3 ticks of the TSC, and a jump to a random target takes 19. In
 * some of the sequences two jumps have the same place in a table.
 */
static void indirect_branches(void **state)
{
	uint64_t target[30];
	unsigned wrong = 0;
	(void)state;

	for (unsigned sequence = 0; sequence < 40; sequence++) {
		start();
		for (unsigned i = 0; i < 30; i++)
			target[i] = 0x5000 + random_below(8) * 0x40;
		wrong = 0;
		for (unsigned i = 0; i < 30000; i++)
			wrong += predictor_indirect(&predictor, 0x1000, target[i % 30]) && i >= 20000;
		assert_in_range(wrong, 0, 100);
	}
	start();
	wrong = 0;
	for (unsigned i = 0; i < 20000; i++) /* one of eight targets at random */
		wrong += predictor_indirect(&predictor, 0x1000, 0x5000 + random_below(8) * 0x40);
	assert_in_range(wrong, 16000, 19000);
}

/* ---- the naive predictor ---- */

struct naive_entry {
	int table; /* -1: the table by address */
	uint64_t index, tag, target;
	int counter, useful;
	unsigned quiet;
	bool is_target;
};

static struct naive_entry list[LIST_MAX];
static unsigned entries;
static bool outcomes[OPERATIONS * 4];
static unsigned history;
static uint64_t naive_random;

static uint64_t naive_hash(uint64_t from, unsigned length)
{
	static const uint64_t factors[] = { 0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0xD6E8FEB86659FD93,
		                            0xA0761D6478BD642F, 0xE7037ED1A0B428DB };
	uint64_t hash = (from ^ (uint64_t)length << 48) * 0xFF51AFD7ED558CCD;

	for (unsigned word = 0; word * 64 < length; word++) {
		uint64_t part = 0;

		for (unsigned i = word * 64; i < length && i < word * 64 + 64; i++)
			if (i < history && outcomes[history - 1 - i])
				part |= 1ULL << i % 64;
		part *= factors[word];
		hash ^= part ^ part >> 32;
	}
	return (hash ^ hash >> 29) * 0x9FB21C651E98DF25;
}

/* Finds the entry at this place; if there is none and `make` is true, makes one. */
static struct naive_entry *naive_place(bool is_target, int table, uint64_t index, bool make)
{
	for (unsigned i = 0; i < entries; i++)
		if (list[i].is_target == is_target && list[i].table == table && list[i].index == index)
			return &list[i];
	if (!make)
		return NULL;
	assert_true(entries < LIST_MAX);
	list[entries] = (struct naive_entry){ .table = table, .index = index, .is_target = is_target };
	return &list[entries++];
}

/* Returns true once in four times. */
static bool naive_passes_over(void)
{
	naive_random = naive_random * 6364136223846793005 + 1442695040888963407;
	return naive_random < 1ULL << 62;
}

static int clamp(int value, int least, int most)
{
	return value < least ? least : value > most ? most : value;
}

static bool naive_conditional(uint64_t from, bool taken)
{
	struct naive_entry *found[PREDICTOR_TABLES], *base, *best = NULL, *second = NULL;
	uint64_t index[PREDICTOR_TABLES], tag[PREDICTOR_TABLES];
	bool other, predicted, was_right;
	int from_table = -1;

	base = naive_place(false, -1, (from ^ from >> 14) % PREDICTOR_BASE, true);
	if (base->quiet >= PREDICTOR_QUIET && (base->counter >= 2) == taken) {
		outcomes[history++] = taken;
		return false;
	}
	for (int t = 0; t < PREDICTOR_TABLES; t++) {
		uint64_t hash = naive_hash(from, predictor_length[t]);

		index[t] = (hash >> 44) % (OUTCOMES / PREDICTOR_SHARE);
		tag[t] = hash >> 32 & 0xFFF;
		found[t] = naive_place(false, t, index[t], false);
		if (found[t] && found[t]->tag == tag[t]) {
			second = best;
			best = found[t];
			from_table = t;
		}
	}
	was_right = (base->counter >= 2) == taken;
	other = second ? second->counter >= 0 : base->counter >= 2;
	predicted = other;
	if (best && (best->useful || best->counter > 0 || best->counter < -1))
		predicted = best->counter >= 0;
	if (best) {
		bool own = best->counter >= 0;

		if (!best->useful)
			base->counter = clamp(base->counter + (taken ? 1 : -1), 0, 3);
		if (own != other)
			best->useful = clamp(best->useful + (own == taken ? 1 : -1), 0, 3);
		best->counter = clamp(best->counter + (taken ? 1 : -1), -4, 3);
	} else {
		base->counter = clamp(base->counter + (taken ? 1 : -1), 0, 3);
	}
	base->quiet = was_right && predicted == taken ? base->quiet + 1 : 0;
	if (predicted != taken) {
		int t = from_table + 1;

		if (naive_passes_over() && t + 1 < PREDICTOR_TABLES)
			t++;
		if (t < PREDICTOR_TABLES) {
			found[t] = naive_place(false, t, index[t], true);
			found[t]->tag = tag[t];
			found[t]->counter = taken ? 0 : -1;
			found[t]->useful = 0;
		}
	}
	outcomes[history++] = taken;
	return predicted != taken;
}

static bool naive_indirect(uint64_t from, uint64_t to)
{
	struct naive_entry *found[PREDICTOR_TARGET_TABLES], *last, *best = NULL;
	uint64_t index[PREDICTOR_TARGET_TABLES], tag[PREDICTOR_TARGET_TABLES];
	uint64_t mixed = to * 0x9E3779B97F4A7C15 >> 61;
	int from_table = -1, free[PREDICTOR_TARGET_TABLES], places = 0;
	bool right;

	last = naive_place(true, -1, (from ^ from >> 11) % PREDICTOR_TARGETS, true);
	for (int t = 0; t < PREDICTOR_TARGET_TABLES; t++) {
		uint64_t hash = naive_hash(from, predictor_target_length[t]);

		index[t] = (hash >> 44) % PREDICTOR_TARGETS;
		tag[t] = hash >> 32 & 0xFFF;
		found[t] = naive_place(true, t, index[t], false);
		if (found[t] && found[t]->tag == tag[t]) {
			best = found[t];
			from_table = t;
		}
	}
	right = (best ? best->target : last->target) == to;
	if (best && (right || best->useful))
		best->useful = clamp(best->useful + (right ? 1 : -1), 0, 3);
	else if (best)
		best->target = to;
	last->target = to;
	for (int t = from_table + 1; t < PREDICTOR_TARGET_TABLES && !right; t++)
		if (!found[t] || !found[t]->useful || t == PREDICTOR_TARGET_TABLES - 1)
			free[places++] = t;
	if (!right) {
		bool second_place = naive_passes_over() && places > 1;
		int t = places ? free[second_place] : -1;

		if (places && !found[t])
			found[t] = naive_place(true, t, index[t], true);
		if (places) {
			found[t]->tag = tag[t];
			found[t]->target = to;
			found[t]->useful = 0;
		}
	}
	for (unsigned bit = 0; bit < PREDICTOR_TARGET_BITS; bit++)
		outcomes[history++] = mixed >> bit & 1;
	return !right;
}

/*
 * A few branches, some of which follow from others, so that entries of all tables are used. One is
 * nearly always taken, so that the tables with history are left out.
 */
static void random_branches(void **state)
{
	bool kept[8] = { false };
	(void)state;

	start();
	for (unsigned i = 0; i < OPERATIONS / 10; i++) {
		uint64_t from = 0x1000 + random_below(6) * 0x130;
		bool taken = random_below(4) == 0 ? random_below(2) : kept[i % 7];

		if (from == 0x1000)
			taken = random_below(500) != 0;
		if (random_below(8) == 0)
			kept[random_below(8)] = random_below(2);
		if (random_below(4))
			assert_int_equal(predictor_conditional(&predictor, from, taken),
			                 naive_conditional(from, taken));
		else
			assert_int_equal(predictor_indirect(&predictor, from, 0x9000 + kept[i % 8] * 0x40),
			                 naive_indirect(from, 0x9000 + kept[i % 8] * 0x40));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_it_learns),  cmocka_unit_test(how_much_it_remembers),
		cmocka_unit_test(old_entries),     cmocka_unit_test(indirect_branches),
		cmocka_unit_test(random_branches),
	};

	return cmocka_run_group_tests_name("model predictor", tests, NULL, NULL);
}
