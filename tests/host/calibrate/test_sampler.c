/* SPDX-License-Identifier: MIT */
/*
 * Tests the sampler with a made-up clock. The same code must take the same number of cycles at
 * every frequency. A sample during which the frequency changes must be discarded, and a sample
 * during which an interruption occurs must not change the result.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "bench/host/calibrate/sampler.h"

#define BODY  5000.0 /* cycles of the code that is timed */
#define STAMP 30.0   /* cycles that a time stamp takes */

/* A made-up processor whose frequency changes as a test wants it to. */
struct fake {
	double now;     /* ticks */
	double rate;    /* ticks per cycle */
	unsigned runs;  /* bodies so far */
	unsigned every; /* every n-th body is disturbed; 0: none */
	double jump;    /* ticks that a disturbed body takes in addition */
	double factor;  /* disturbed bodies alternately multiply and divide the rate by this */
};

static void pass(struct fake *fake, double cycles)
{
	fake->now += cycles * fake->rate;
}

static uint64_t ticks(void *context)
{
	struct fake *fake = context;

	pass(fake, STAMP);
	return (uint64_t)fake->now;
}

static void chain(void *context)
{
	pass(context, CHAIN_CYCLES);
}

static void body(void *context)
{
	struct fake *fake = context;

	pass(fake, BODY / 2);
	if (fake->every && ++fake->runs % fake->every == 0) {
		fake->now += fake->jump;
		fake->rate *= fake->factor;
		fake->factor = 1 / fake->factor;
	}
	pass(fake, BODY / 2);
}

static double run(struct fake *fake, struct sampler *sampler, double part)
{
	const struct sampler_clock clock = { ticks, chain, fake };
	const struct sampler_code code = { NULL, body, fake };

	assert_true(sampler_start(sampler, &clock));
	sampler->taken = sampler->thrown = 0;
	return sampler_run(sampler, &code, 100, part);
}

static void close_to(double value, double expected)
{
	if (!(fabs(value - expected) < 0.01 * expected))
		fail_msg("%f is not %f", value, expected);
}

static void any_frequency(void **state)
{
	static const double rates[] = { 0.5, 0.7, 1, 1.6 };
	(void)state;

	for (unsigned i = 0; i < sizeof rates / sizeof *rates; i++) {
		struct fake fake = { .rate = rates[i] };
		struct sampler sampler;

		close_to(run(&fake, &sampler, 0), BODY);
		assert_int_equal(sampler.thrown, 0);
		assert_int_equal(sampler.taken, 100);
		close_to(sampler.rate[sampler.rates - 1], rates[i]);
	}
}

/* Every fourth body changes the frequency by a tenth, alternately up and down. */
static void a_change_of_frequency(void **state)
{
	struct fake fake = { .rate = 1, .every = 4, .factor = 1.1 };
	struct sampler sampler;
	(void)state;

	close_to(run(&fake, &sampler, 1), BODY); /* the slowest sample that was kept */
	assert_in_range(sampler.thrown, 25, 40);
}

/*
 * The chains of multiplications that are timed before and after a body do not show an interruption
 * within it, so no sample is discarded. The smallest sample and the median have no interruption.
 */
static void an_interruption(void **state)
{
	struct fake fake = { .rate = 1, .every = 3, .jump = 100000, .factor = 1 };
	struct sampler sampler;
	(void)state;

	close_to(run(&fake, &sampler, 0), BODY);
	close_to(run(&fake, &sampler, 0.5), BODY);
	assert_int_equal(sampler.thrown, 0);
}

/* If every body is disturbed, all samples are discarded. */
static void only_noise(void **state)
{
	struct fake fake = { .rate = 1, .every = 1, .factor = 1.03 };
	struct sampler sampler;
	(void)state;

	assert_true(isnan(run(&fake, &sampler, 0)));
	assert_int_equal(sampler.thrown, sampler.taken);
	assert_int_equal(sampler.taken, 400);
}

/* A sample with a frequency change below the limit is kept. Its error is below the limit too. */
static void a_small_change(void **state)
{
	struct fake fake = { .rate = 1, .every = 1, .factor = 1 + CHAIN_DIFFERENCE / 2 };
	struct sampler sampler;
	(void)state;

	close_to(run(&fake, &sampler, 0), BODY);
	assert_int_equal(sampler.thrown, 0);
}

static void parts(void **state)
{
	double values[] = { 5, 1, 4, 2, 3 };
	(void)state;

	assert_true(sampler_part(values, 5, 0) <= 1);
	assert_true(sampler_part(values, 5, 0.5) <= 3 && sampler_part(values, 5, 0.5) >= 3);
	assert_true(sampler_part(values, 5, 1) >= 5);
	assert_true(isnan(sampler_part(values, 0, 0.5)));
}

/*
 * The code that this_processor() times with the host's own clock: 4000 additions, one after the
 * other.
 */
static void additions(void *context)
{
	uint64_t x = 1;

	(void)context;
	for (int i = 0; i < 1000; i++)
		__asm__ volatile("add %0, %0; add %0, %0; add %0, %0; add %0, %0" : "+r"(x) : : "cc");
}

static void this_processor(void **state)
{
	const struct sampler_code code = { .body = additions };
	struct sampler sampler;
	double cycles;
	(void)state;

	assert_true(sampler_start(&sampler, &sampler_processor));
	cycles = sampler_run(&sampler, &code, 50, 0);
	if (!(cycles > 3800 && cycles < 4400))
		fail_msg("4000 additions take %f cycles", cycles);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_frequency),   cmocka_unit_test(a_change_of_frequency),
		cmocka_unit_test(an_interruption), cmocka_unit_test(only_noise),
		cmocka_unit_test(a_small_change),  cmocka_unit_test(parts),
		cmocka_unit_test(this_processor),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
