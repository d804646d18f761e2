/* SPDX-License-Identifier: MIT */
/* Tests summaries and comparisons of samples on small databases with known results. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/host/report/csv.h"
#include "tests/host/evaluate/samples.h"

static void overhead_is_subtracted_and_never_below_zero(void **state)
{
	int64_t id = launch("bochs", "window");
	(void)state;

	samples(id, "m", "overhead", "3 100 5");
	samples(id, "m", "", "15 4 25");
	samples(id, "other", "", "15 4 25");
	compute();
	assert_string_equal(ask("SELECT n, min, median, max, flags FROM summary WHERE metric = 'm'"),
	                    "3 0.0 10.0 20.0 few,net,unstable");
	assert_string_equal(ask("SELECT n, min, median, max, flags FROM summary WHERE metric = 'other'"),
	                    "3 4.0 15.0 25.0 few,unstable");
	/* The samples themselves have not changed. */
	assert_string_equal(ask("SELECT group_concat(value, ' ') FROM samples WHERE metric = 'm'"),
	                    "3 100 5 15 4 25");
}

static void each_launch_has_its_own_overhead(void **state)
{
	int64_t first = launch_on("kvm", "window", 1, 1);
	int64_t second = launch_on("kvm", "window", 2, 1);
	(void)state;

	samples(first, "m", "overhead", "10 20");
	samples(first, "m", "", "115 115 115");
	samples(second, "m", "overhead", "50");
	samples(second, "m", "", "150 150 150");
	compute();
	assert_string_equal(ask("SELECT n, min, max, flags FROM summary"), "6 100.0 100.0 few,net");
}

static void warm_up_and_samples_without_counts_are_left_out(void **state)
{
	int64_t id = launch("bochs", "window");
	(void)state;

	samples(id, "m", "warmup", "1000000");
	samples(id, "m", "warmup,overhead", "90");
	samples(id, "m", "overhead", "1");
	samples(id, "m", "no-counts", "0");
	samples(id, "m", "", "11 11");
	samples(id, "only-warm-up", "warmup", "1");
	samples(id, "only-overhead", "overhead", "1");
	compute();
	assert_string_equal(ask("SELECT n, min, max, flags FROM summary"), "2 10.0 10.0 exact,few,net");
	assert_string_equal(ask("SELECT count(*) FROM summary"), "1");
}

static void outliers_are_marked_and_kept(void **state)
{
	int64_t id = launch("kvm", "window");
	(void)state;

	samples(id, "m", "", "99 100 101 99 100 101 100");
	samples(id, "m", "cut-short", "5000");
	samples(id, "m", "warmup", "9000");
	compute();
	assert_string_equal(ask("SELECT group_concat(value) FROM samples WHERE flags LIKE '%outlier%'"),
	                    "5000");
	assert_string_equal(ask("SELECT flags FROM samples WHERE value = 5000"), "cut-short,outlier");
	assert_string_equal(ask("SELECT n, max, flags FROM summary"), "8 5000.0 few,outliers,cut-short");

	/*
	 * A second computation must give the same flags. With more samples of 5000, that value is
	 * no longer an outlier, so a third computation must remove the flag.
	 */
	compute();
	assert_string_equal(ask("SELECT flags FROM samples WHERE value = 5000"), "cut-short,outlier");
	samples(id, "m", "", "5000 5000 5000 5000 5000 5000 5000");
	compute();
	assert_string_equal(ask("SELECT count(*) FROM samples WHERE flags LIKE '%outlier%'"), "0");
	assert_string_equal(ask("SELECT flags FROM samples WHERE flags <> '' AND value = 5000"), "cut-short");
}

static void exact_few_and_unstable(void **state)
{
	(void)state;
	in_rounds("bochs", "constant", 2, "7 7 7");
	in_rounds("bochs", "in-one-of-many", 1, "7 7 7");
	in_rounds("image", "image", 1, "7");
	in_rounds("image", "facts", 1, "1 2 3 4 5 6");
	in_rounds("kvm", "constant", 6, "7");
	in_rounds("kvm", "five", 5, "7 7 7");
	in_rounds("kvm", "once", 1, "7 7 7 7 7 7 7 7 7");
	in_rounds("bochs", "five", 5, "100 100 100 100 101");
	in_rounds("bochs", "six", 6, "100 100 100 100 101");
	in_rounds("kvm", "at-5-percent", 6, "900 900 975 1000 1000 1000 1025 1100 1100");
	in_rounds("kvm", "over", 6, "900 900 974 1000 1000 1000 1025 1100 1100");
	compute();
#define FLAGS(strategy, engine) \
	ask("SELECT flags FROM summary WHERE engine = '" engine "' AND strategy = '" strategy "'")
	assert_string_equal(FLAGS("constant", "bochs"), "exact");
	assert_string_equal(FLAGS("in-one-of-many", "bochs"), "exact,few");
	assert_string_equal(FLAGS("image", "image"), "exact");
	assert_string_equal(FLAGS("facts", "image"), "unstable");
	assert_string_equal(FLAGS("constant", "kvm"), "");
	assert_string_equal(FLAGS("once", "kvm"), "few");
	assert_string_equal(FLAGS("six", "bochs"), "");
	assert_string_equal(FLAGS("five", "kvm"), "few");
	assert_string_equal(FLAGS("five", "bochs"), "few");
	assert_string_equal(FLAGS("at-5-percent", "kvm"), "");
	assert_string_equal(FLAGS("over", "kvm"), "unstable");
}

static void exact_series_are_compared_in_both_directions(void **state)
{
	(void)state;
	in_rounds("bochs", "heap", 2, "200 200");
	in_rounds("bochs", "window", 2, "50 50");
	compute();
	assert_string_equal(COMPARED("heap", "window"), "4 4 4 2 exact");
	assert_string_equal(COMPARED("window", "heap"), "0.25 0.25 0.25 2 exact");
	assert_string_equal(ask("SELECT count(*) FROM comparisons"), "2");
	assert_string_equal(ask("SELECT count(*) FROM decided"), "2");
}

/*
 * A result from a single round is undecided, because another memory layout might give the opposite
 * result. It must stay undecided if a second round is added that has no samples.
 */
static void what_is_in_one_round_is_not_decided(void **state)
{
	(void)state;
	in_rounds("bochs", "heap", 1, "200 200");
	in_rounds("bochs", "window", 1, "50 50");
	compute();
	assert_string_equal(ask("SELECT flags FROM summary WHERE strategy = 'heap'"), "exact,few");
	assert_string_equal(COMPARED("heap", "window"), "4 4 4 1 exact,few");
	assert_string_equal(ask("SELECT count(*) FROM decided"), "0");

	launch_on("bochs", "heap", 2, 1);
	compute();
	assert_string_equal(COMPARED("heap", "window"), "4 4 4 1 exact,few");
	assert_string_equal(ask("SELECT count(*) FROM decided"), "0");
}

static void a_single_boot_is_compared_by_its_extremes(void **state)
{
	int64_t id = launch("bochs", "heap");
	(void)state;

	samples(id, "m", "overhead", "10");
	samples(id, "m", "", "90 110 130");
	samples(launch("bochs", "window"), "m", "", "40 50 50");
	compute();
	assert_string_equal(COMPARED("heap", "window"), "2 1.6 3 1 few,range,net,unstable");
	assert_string_equal(COMPARED("window", "heap"), "0.5 0.333333 0.625 1 few,range,net,unstable");
}

static void emulated_time_is_never_compared(void **state)
{
	(void)state;
	rounds("tcg", nine_a, nine_b, 9);
	rounds("kvm-emulated", nine_a, nine_b, 9);
	compute();
	assert_string_equal(ask("SELECT count(*) FROM summary"), "4");
	assert_string_equal(ask("SELECT count(*) FROM comparisons"), "0");
}

static void variants_are_series_of_their_own(void **state)
{
	struct store_launch one = { .engine = "kvm-emulated",
		                    .variant = "ept=1",
		                    .strategy = "window",
		                    .stack = "s",
		                    .loader = "l",
		                    .isolation = "i",
		                    .cpus = 1,
		                    .round = 1,
		                    .bench = "*",
		                    .sha256 = "" };
	struct store_launch other = one;
	(void)state;

	other.variant = "ept=0";
	samples(store_launch_start(store, &one), "walk_reads", "emulated,ept=1", "24 24");
	samples(store_launch_start(store, &one), "walk_reads", "emulated,ept=1,overhead", "4 4");
	samples(store_launch_start(store, &other), "walk_reads", "emulated,ept=0", "8 8");
	db = store_database(store);
	compute();
	assert_string_equal(ask("SELECT group_concat(n || ':' || median || ':' || flags, ' ') FROM"
	                        " (SELECT * FROM summary ORDER BY median)"),
	                    "2:8.0:few,ept=0 2:24.0:few,ept=1");
}

static void division_by_zero_gives_no_row(void **state)
{
	static const int some_zero[] = { 1, 1, 0, 1, 1, 1, 1, 1, 1 };
	(void)state;

	samples(launch("bochs", "none"), "m", "", "0 0 0");
	samples(launch("bochs", "nothing"), "m", "", "0 0 0");
	samples(launch("bochs", "some"), "m", "", "0 5 5");
	samples(launch("bochs", "three"), "m", "", "3 3 3");
	rounds("kvm", nine_a, some_zero, 9);
	execute("UPDATE samples SET value = 0 WHERE value < 0");
	compute();
	assert_string_equal(COMPARED("none", "nothing"), "");
	assert_string_equal(COMPARED("three", "none"), "");
	assert_string_equal(COMPARED("three", "some"), "");
	assert_string_equal(COMPARED("none", "three"), "0 0 0 1 exact,few");
	assert_string_equal(COMPARED("some", "three"), "1.66667 0 1.66667 1 few,range,unstable");
	assert_string_equal(ask("SELECT count(*) FROM comparisons WHERE engine = 'kvm'"), "0");
	/* No value may be infinite or NaN (SQLite stores NaN as NULL). */
	assert_string_equal(ask("SELECT count(*) FROM comparisons WHERE NOT coalesce("
	                        " ratio < 1e300 AND ci_low < 1e300 AND ci_high < 1e300"
	                        " AND ci_low <= ratio AND ratio <= ci_high, 0)"),
	                    "0");
	assert_string_equal(ask("SELECT count(*) FROM summary WHERE NOT coalesce(min <= q1 AND q1 <= median"
	                        " AND median <= q3 AND q3 <= max AND mad < 1e300 AND min <= ci_low"
	                        " AND ci_low <= ci_high AND ci_high <= max AND max < 1e300, 0)"),
	                    "0");
}

static void a_failed_check_is_said_and_not_compared(void **state)
{
	(void)state;
	samples(launch("bochs", "heap"), "m", "check-failed", "200 200");
	samples(launch("bochs", "window"), "m", "", "50 50");
	compute();
	assert_string_equal(ask("SELECT n, flags FROM summary WHERE strategy = 'heap'"),
	                    "2 exact,few,check-failed");
	assert_string_equal(ask("SELECT count(*) FROM comparisons"), "0");
}

static void only_like_is_compared_with_like(void **state)
{
	struct store_row row = { launch("bochs", "a"), "b", 0, "none" };
	(void)state;

	samples(row.launch, "m", "", "1");
	row.parameter = 4096;
	store_sample(store, &row, 0, "m", "ticks", 2, "");
	store_sample(store, &row, 0, "m", "events", 3, "");
	row.benchmark = "c";
	store_sample(store, &row, 0, "m", "ticks", 4, "");
	samples(launch_on("bochs", "two-cpus", 1, 2), "m", "", "5");
	samples(launch("image", "image"), "m", "", "6");
	samples(launch("bochs", "z"), "n", "", "7");
	compute();
	assert_string_equal(ask("SELECT count(*), sum(median) FROM summary"), "7 28.0");
	assert_string_equal(ask("SELECT count(*) FROM comparisons"), "0");
}

/* Returns the contents of all files that csv_export() writes, joined. The caller frees the text. */
static char *exported(void)
{
	static const char *const names[] = { "samples.csv", "summary.csv", "comparisons.csv" };
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_int_equal(csv_export(db, folder), 0);
	for (int i = 0; i < 3; i++) {
		FILE *in = fopen(path_of(names[i]), "r");

		assert_non_null(in);
		for (int byte = getc(in); byte != EOF; byte = getc(in))
			putc(byte, out);
		fclose(in);
	}
	fclose(out);
	return text;
}

static void the_same_samples_give_the_same_bytes(void **state)
{
	char *first;
	char *again;
	(void)state;

	rounds("kvm", nine_a, nine_b, 9);
	samples(launch("bochs", "window"), "m", "overhead", "3 4");
	samples(launch_on("bochs", "window", 2, 1), "m", "", "90 110 130 90 9000");
	samples(launch("bochs", "heap"), "m", "", "91 111 131 91 9001");
	compute();
	first = exported();
	compute();
	again = exported();
	assert_string_equal(first, again);
	free(again);

	/* Reverse the order of launches and samples: parallel boots may store them in any order. */
	execute("PRAGMA foreign_keys = OFF;"
	        "UPDATE launches SET id = -id; UPDATE samples SET launch = -launch;"
	        "CREATE TEMP TABLE kept AS SELECT * FROM samples; DELETE FROM samples;"
	        "INSERT INTO samples SELECT * FROM kept ORDER BY launch, sample DESC");
	compute();
	again = exported();
	assert_string_equal(first, again);
	free(again);
	free(first);
}

static void an_empty_database_has_empty_tables(void **state)
{
	(void)state;
	compute();
	assert_string_equal(ask("SELECT (SELECT count(*) FROM summary), (SELECT count(*) FROM comparisons)"),
	                    "0 0");
}

static void all_or_nothing_is_written(void **state)
{
	int saved = dup(STDERR_FILENO);
	char message[200] = "";
	FILE *in;
	(void)state;

	samples(launch("kvm", "window"), "m", "", "100 100 101 101 5000");
	execute("INSERT INTO summary (engine) VALUES ('old'); DROP TABLE comparisons");
	assert_non_null(freopen(path_of("stderr"), "w", stderr));
	assert_int_equal(summary_compute(db), -1);
	fflush(stderr);
	dup2(saved, STDERR_FILENO);
	close(saved);
	in = fopen(path_of("stderr"), "r");
	assert_non_null(fgets(message, sizeof message, in));
	fclose(in);
	assert_string_equal(message, "summary: writing comparisons: no such table: comparisons\n");
	assert_string_equal(ask("SELECT engine FROM summary"), "old");
	assert_string_equal(ask("SELECT count(*) FROM samples WHERE flags <> ''"), "0");
	assert_int_equal(sqlite3_get_autocommit(db), 1);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, make_database, remove_files)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(overhead_is_subtracted_and_never_below_zero),
		TEST(each_launch_has_its_own_overhead),
		TEST(warm_up_and_samples_without_counts_are_left_out),
		TEST(outliers_are_marked_and_kept),
		TEST(exact_few_and_unstable),
		TEST(exact_series_are_compared_in_both_directions),
		TEST(what_is_in_one_round_is_not_decided),
		TEST(a_single_boot_is_compared_by_its_extremes),
		TEST(emulated_time_is_never_compared),
		TEST(variants_are_series_of_their_own),
		TEST(division_by_zero_gives_no_row),
		TEST(a_failed_check_is_said_and_not_compared),
		TEST(only_like_is_compared_with_like),
		TEST(the_same_samples_give_the_same_bytes),
		TEST(an_empty_database_has_empty_tables),
		TEST(all_or_nothing_is_written),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
