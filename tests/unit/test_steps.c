/* SPDX-License-Identifier: MIT */
/*
 * Tests the order of a benchmark's samples, and the warm-up that lasts until times are stable
 * (bench/guest/steps.c).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "bench/guest/bench.h"

struct bench_plan bench_plan;

/*
 * Returns all steps of a benchmark as text: their numbers, with w for a warm-up step, o for an
 * overhead step, and c for a step whose performance counters are read.
 */
static const char *steps_of(const struct bench *b)
{
	static char text[400];
	struct bench_step step;
	int used = 0;

	for (unsigned i = 0; bench_step(b, i, &step); i++) {
		assert_int_equal(step.overhead, !strcmp(step.flags, "overhead"));
		used += sprintf(text + used, "%s%s%s%s%u", i ? " " : "",
		                strcmp(step.flags, "warmup") ? "" : "w", step.overhead ? "o" : "",
		                step.counting ? "c" : "", step.number);
	}
	return text;
}

static void the_order(void **state)
{
	struct bench b = { .warmup = 2, .samples = 3, .overhead = 2 };
	(void)state;

	assert_string_equal(steps_of(&b), "w0 w1 0 1 2 o0 o1");
	b.counters = true;
	assert_string_equal(steps_of(&b), "w0 w1 0 1 2 c3 c4 c5 o0 o1 oc2 oc3");
	b = (struct bench){ .samples = 1 };
	assert_string_equal(steps_of(&b), "0");
}

/* Returns the number of warm-up samples of a benchmark whose sample i takes times(i) ticks. */
static unsigned warmups(uint64_t (*times)(unsigned), struct bench *b)
{
	*b = (struct bench){ .warmup = 3, .samples = bench_plan.samples };
	bench_plan_warmup(b);
	for (unsigned i = 0; i < b->warmup; i++) {
		b->t0 = 1000;
		b->t1 = b->t0 + times(i);
		bench_warm(b, i);
		assert_true(b->warmup <= b->warmup_most);
	}
	return b->warmup;
}

static uint64_t steady(unsigned i)
{
	return 5000 + i % 3;
}

/*
 * Returns a time that falls to 5000 ticks: the excess halves with each of the first 20 samples.
 * Every fifth sample is an outlier.
 */
static uint64_t settling(unsigned i)
{
	return i % 5 == 2 ? 99999 : i < 20 ? 5000 + (1UL << (20 - i)) : 5000;
}

static uint64_t rising(unsigned i)
{
	return 1000 + 100 * i;
}

static void until_stable(void **state)
{
	struct bench b;
	(void)state;

	bench_plan = (struct bench_plan){ .samples = 11, .stable = true };
	assert_int_equal(warmups(steady, &b), 10);
	assert_null(b.why);
	assert_int_equal(warmups(settling, &b), 25);
	assert_null(b.why);
	assert_int_equal(warmups(rising, &b), 60);
	assert_int_equal(b.warmup_most, 60);
	assert_non_null(b.why);
	bench_plan.quick = true;
	assert_int_equal(warmups(steady, &b), 6);
	assert_int_equal(warmups(rising, &b), 36);
}

static void only_when_asked(void **state)
{
	struct bench b = { .warmup = 1, .samples = 3 };
	(void)state;

	bench_plan = (struct bench_plan){ .samples = 11 };
	assert_int_equal(warmups(rising, &b), 3);
	assert_null(b.why);
	bench_plan.stable = true; /* has no effect on a benchmark with few samples */
	b = (struct bench){ .warmup = 1, .samples = 3 };
	bench_plan_warmup(&b);
	assert_int_equal(b.warmup, 1);
	assert_int_equal(b.warmup_most, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_order),
		cmocka_unit_test(until_stable),
		cmocka_unit_test(only_when_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
