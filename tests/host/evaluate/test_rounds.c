/* SPDX-License-Identifier: MIT */
/* Tests what is computed over the rounds of a run: intervals and comparisons. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/host/evaluate/samples.h"

/*
 * The samples of a round are alike, but the rounds differ, so 25 samples in each of 9 rounds count
 * as 9 observations. The interval is from the second to the eighth of the sorted medians.
 */
static void the_interval_is_that_of_the_rounds(void **state)
{
	static const int medians[] = { 150, 110, 120, 130, 140, 250, 160, 170, 180 };
	static const char *const engines[] = { "bochs", "kvm" };
	(void)state;

	for (unsigned i = 0; i < 9; i++)
		for (unsigned e = 0; e < 2; e++) {
			char values[200] = "";

			for (int j = -12; j <= 12; j++)
				snprintf(values + strlen(values), sizeof values - strlen(values), "%d ",
				         medians[i] * 10 + j);
			samples(launch_on(engines[e], "window", i + 1, 1), "m", "", values);
		}
	compute();
	for (unsigned e = 0; e < 2; e++) {
		char sql[200];

		snprintf(
		        sql, sizeof sql,
		        "SELECT n, min, median, max, ci_low, ci_high, flags FROM summary WHERE engine = '%s'",
		        engines[e]);
		assert_string_equal(ask(sql), "225 1088.0 1500.0 2512.0 1200.0 1800.0 unstable");
	}
	/* Five rounds give no interval. The summary has the range of all samples instead. */
	execute("DELETE FROM samples WHERE launch IN (SELECT id FROM launches WHERE round > 5)");
	compute();
	assert_string_equal(ask("SELECT n, median, ci_low, ci_high, flags FROM summary WHERE engine = 'kvm'"),
	                    "125 1300.0 1088.0 1512.0 few,unstable");
}

/*
 * A round on Bochs is a memory layout. An image that is faster than another in one layout may be
 * slower in the next.
 */
static void rounds_of_bochs_are_layouts(void **state)
{
	static const int a[] = { 110, 90, 110, 110, 110, 110, 110 };
	(void)state;

	rounds("bochs", a, nine_b, 7);
	compute();
	assert_string_equal(COMPARED("heap", "window"), "1.1 0.855963 1.15659 7 ");
	execute("DELETE FROM samples; DELETE FROM launches");
	rounds("bochs", nine_a, nine_b, 7);
	compute();
	assert_string_equal(COMPARED("heap", "window"), "1.4 0.895892 3.06957 7 unstable,differs");
	/* A ratio that is the same in all layouts is exact. */
	execute("UPDATE samples SET value = 3000 * (launch % 2 + 1)");
	compute();
	assert_string_equal(COMPARED("heap", "window"), "2 2 2 7 exact");
}

static void rounds_are_compared_pairwise_with_an_interval(void **state)
{
	static const int a[] = { 150, 110, 120, 130, 140, 250 };
	(void)state;

	/*
	 * The sorted ratios are 1.1 1.2 1.3 1.4 1.5 1.6 1.7 1.8 2.5. The median has rank 5. The
	 * interval from rank 2 to rank 8 is [1.2, 1.8], whose ends differ by the factor 1.5. It is
	 * extended to [1.2 / f, 1.8 * f], where f is the fourth root of 1.5.
	 */
	rounds("kvm", nine_a, nine_b, 9);
	compute();
	assert_string_equal(COMPARED("heap", "window"), "1.5 1.08432 1.99203 9 unstable,differs");
	assert_string_equal(COMPARED("window", "heap"), "0.666667 0.502001 0.922235 9 unstable,differs");

	/*
	 * With six rounds the 95 % interval is the range of all ratios, extended. All six are above 1,
	 * but so far apart that the interval contains 1: the ordering is not decided.
	 */
	execute("DELETE FROM samples; DELETE FROM launches");
	rounds("kvm", a, nine_b, 6);
	compute();
	assert_string_equal(COMPARED("heap", "window"), "1.34907 0.895892 3.06957 6 unstable,differs");
}

/*
 * A difference with the same sign in eight of nine rounds (p 0.039) is significant if it is the
 * only comparison, but not if there are three.
 */
static void many_comparisons_are_held_to_more(void **state)
{
	static const int a[] = { 101, 102, 101, 103, 101, 102, 101, 104, 99 };
	(void)state;

	rounds("kvm", a, nine_b, 9);
	compute();
	assert_string_equal(COMPARED("heap", "window"), "1.01 1.00506 1.03506 9 differs,equivalent");

	for (int i = 1; i <= 9; i++)
		samples(launch_on("kvm", "third", (unsigned)i, 1), "tsc", "", i % 2 ? "99000" : "102500");
	compute();
	assert_string_equal(COMPARED("heap", "window"), "1.01 1.00506 1.03506 9 equivalent");
}

static void rounds_that_only_one_has_are_left_out(void **state)
{
	(void)state;
	rounds("kvm", nine_a, nine_b, 5);
	samples(launch_on("kvm", "heap", 6, 1), "tsc", "", "900000");
	samples(launch_on("kvm", "window", 7, 1), "tsc", "", "900");
	compute();
	assert_string_equal(COMPARED("heap", "window"), "1.3 1.1 1.5 5 few,unstable");

	/* Two builds without a common round are not compared. */
	execute("DELETE FROM samples WHERE launch IN (SELECT id FROM launches WHERE round < 6)");
	samples(launch_on("kvm", "heap", 8, 1), "tsc", "", "900000");
	samples(launch_on("kvm", "window", 9, 1), "tsc", "", "900000");
	compute();
	assert_string_equal(ask("SELECT count(*) FROM comparisons"), "0");
}

static void a_single_round_of_a_noisy_engine_says_few(void **state)
{
	(void)state;
	rounds("kvm", nine_a, nine_b, 1);
	compute();
	assert_string_equal(COMPARED("heap", "window"), "1.5 1.49998 1.5146 1 few,range");
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, make_database, remove_files)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_interval_is_that_of_the_rounds),
		TEST(rounds_of_bochs_are_layouts),
		TEST(rounds_are_compared_pairwise_with_an_interval),
		TEST(many_comparisons_are_held_to_more),
		TEST(rounds_that_only_one_has_are_left_out),
		TEST(a_single_round_of_a_noisy_engine_says_few),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
