/* SPDX-License-Identifier: MIT */
/* Tests trends over rounds: the statistics against values computed by hand, and the table. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "bench/host/evaluate/drift.h"
#include "tests/host/scratch.h"

static struct drift of(const double *values, size_t n)
{
	double rounds[40];
	struct drift drift;

	for (size_t i = 0; i < n; i++)
		rounds[i] = (double)i + 1;
	assert_true(drift_of(rounds, values, n, &drift));
	return drift;
}

static void a_straight_rise(void **state)
{
	const double values[] = { 100, 101, 102, 103, 104, 105, 106, 107, 108 };
	struct drift drift = of(values, 9);
	(void)state;

	assert_float_equal(drift.slope, 1, 1e-12);
	assert_float_equal(drift.change, 8.0 / 104, 1e-12);
	/* Of the 9! orders of the values, only this one and its reverse have a trend as strong. */
	assert_float_equal(drift.chance, 2.0 / 362880, 1e-12);
	assert_true(drift_matters(&drift));
}

/*
 * One of the 6 pairs of values is inverted. Of the 24 orders of 4 values, 4 have at most one
 * inverted pair (1 order has none, 3 have one). By symmetry, 4 orders have at least five. So 8 of
 * 24 orders have a trend at least as strong.
 */
static void the_chance_is_counted_out(void **state)
{
	const double values[] = { 1, 2, 4, 3 };
	struct drift drift = of(values, 4);
	(void)state;

	assert_float_equal(drift.chance, 8.0 / 24, 1e-12);
	assert_false(drift_matters(&drift));
}

static void one_bad_round_is_no_drift(void **state)
{
	const double values[] = { 100, 100.1, 99.9, 100.2, 99.8, 100, 100.1, 99.9, 500 };
	struct drift drift = of(values, 9);
	(void)state;

	assert_true(fabs(drift.change) < 0.01);
	assert_false(drift_matters(&drift));
}

static void equal_values_have_no_trend(void **state)
{
	const double values[] = { 7, 7, 7, 7, 7, 7, 7, 7, 7 };
	struct drift drift = of(values, 9);
	(void)state;

	assert_float_equal(drift.slope, 0, 0);
	assert_float_equal(drift.chance, 1, 0);
}

/*
 * A rise of less than 1 % may be significant, but drift_matters() must return false for it. If the
 * median is 0, `change` must be 0.
 */
static void small_and_zero(void **state)
{
	const double small[] = { 1000, 1001, 1002, 1003, 1004, 1005, 1006, 1007, 1008 };
	const double zeros[] = { 0, 0, 0, 0, 0, 0, 0, 1, 2 };
	struct drift drift = of(small, 9);
	(void)state;

	assert_true(drift.chance < DRIFT_CHANCE);
	assert_false(drift_matters(&drift));
	drift = of(zeros, 9);
	assert_float_equal(drift.change, 0, 0);
}

/*
 * For more than 30 values, drift_of() uses the normal approximation. The result for 31 values must
 * be close to the exact result for 30.
 */
static void the_approximation_fits(void **state)
{
	double values[31];
	struct drift exact, normal;
	(void)state;

	for (size_t i = 0; i < 31; i++)
		values[i] = (double)(i * 17 % 31) + (double)i * 0.1;
	exact = of(values, 30);
	normal = of(values, 31);
	assert_true(exact.chance > 0.01 && exact.chance < 1);
	assert_true(fabs(log(exact.chance / normal.chance)) < 0.7);
}

static void too_few(void **state)
{
	const double values[] = { 1, 2 };
	struct drift drift;
	(void)state;

	assert_false(drift_of(values, values, 1, &drift));
	assert_true(drift_of(values, values, 2, &drift));
	assert_false(drift_matters(&drift));
}

static void add_round(const char *engine, const char *strategy, unsigned round, const int64_t *values,
                      size_t n, const char *flags)
{
	struct store_launch launch = { .engine = engine,
		                       .strategy = strategy,
		                       .stack = "s",
		                       .loader = "l",
		                       .isolation = "i",
		                       .cpus = 1,
		                       .memory = 512,
		                       .round = round,
		                       .bench = "*",
		                       .sha256 = "" };
	struct store_row row = { .launch = store_launch_start(store, &launch),
		                 .benchmark = "b",
		                 .parameter = 4,
		                 .parameter_unit = "pages" };

	for (size_t i = 0; i < n; i++)
		assert_int_equal(store_sample(store, &row, (int64_t)i, "tsc", "ticks", values[i], flags), 0);
	assert_int_equal(store_sample(store, &row, 0, "tsc", "ticks", 50, "overhead"), 0);
	assert_int_equal(store_sample(store, &row, 0, "tsc", "ticks", 90000, "warmup"), 0);
	db = store_database(store);
}

static double ask(const char *sql)
{
	sqlite3_stmt *row;
	double value = NAN;

	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &row, NULL), SQLITE_OK);
	if (sqlite3_step(row) == SQLITE_ROW)
		value = sqlite3_column_double(row, 0);
	sqlite3_finalize(row);
	return value;
}

/*
 * For `heap` on kvm, the medians of the rounds, less the overhead, are 100, 110, … 150. `window`
 * must get a row without drift. Series on tcg, and `random`, whose check failed, must get no rows.
 */
static void the_table(void **state)
{
	char *text = NULL;
	size_t size;
	FILE *out;
	(void)state;

	for (unsigned round = 1; round <= 6; round++) {
		const int64_t rising[] = { 140 + round * 10, 9999, 0 }, steady[] = { 200, 201, 199 };

		add_round("kvm", "heap", round, rising, 3, "");
		add_round("kvm", "window", round, steady, 3, "");
		add_round("tcg", "heap", round, rising, 3, "");
		add_round("kvm", "random", round, rising, 3, "check-failed");
	}
	execute("INSERT INTO drift (engine) VALUES ('old')");
	assert_int_equal(drift_compute(db), 0);
	assert_int_equal(drift_compute(db), 0); /* a second call replaces the rows */
	assert_float_equal(ask("SELECT count(*) FROM drift"), 2, 0);
	assert_float_equal(
	        ask("SELECT slope FROM drift WHERE strategy = 'heap' AND flags = 'drift' AND n = 6"), 10,
	        1e-9);
	assert_float_equal(ask("SELECT change FROM drift WHERE strategy = 'heap'"), 50.0 / 125, 1e-9);
	assert_float_equal(ask("SELECT change FROM drift WHERE strategy = 'window' AND flags = ''"), 0, 0);

	out = open_memstream(&text, &size);
	drift_print(db, out);
	fclose(out);
	assert_non_null(strstr(text, "1 of 2 series"));
	assert_non_null(strstr(text, "+40.0 % in 6 rounds"));
	assert_null(strstr(text, "window"));
	free(text);
}

#define TEST(test) cmocka_unit_test(test)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_straight_rise),
		TEST(the_chance_is_counted_out),
		TEST(one_bad_round_is_no_drift),
		TEST(equal_values_have_no_trend),
		TEST(small_and_zero),
		TEST(the_approximation_fits),
		TEST(too_few),
		cmocka_unit_test_setup_teardown(the_table, make_database, remove_files),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
