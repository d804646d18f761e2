/* SPDX-License-Identifier: MIT */
/* Tests the comparison of two runs on small results folders with known changes. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/host/compare/compare_environment.h"
#include "bench/host/compare/series_changes.h"
#include "bench/host/evaluate/summary.h"
#include "bench/host/report/csv.h"
#include "bench/host/store/store.h"

static char folder[] = "/tmp/palimpsest-change-XXXXXX";
static char run[2][64]; /* results folders of the runs A and B */
static struct store *store[2];
static struct results results[2];
static struct changes changes;

static int begin(void **state)
{
	char path[100], why[200];
	(void)state;

	for (int i = 0; i < 2; i++) {
		snprintf(run[i], sizeof run[i], "%s/%c", folder, "AB"[i]);
		snprintf(path, sizeof path, "%s/results.sqlite", run[i]);
		if (mkdir(run[i], 0777))
			return -1;
		store[i] = store_create(path, why, sizeof why);
		if (!store[i] || store_run_start(store[i], "run", "command", 7))
			return -1;
	}
	return 0;
}

static int finish(void **state)
{
	(void)state;
	changes_free(&changes);
	for (int i = 0; i < 2; i++) {
		DIR *files = opendir(run[i]);
		struct dirent *file;
		char path[400];

		results_close(&results[i]);
		if (store[i])
			store_close(store[i]);
		store[i] = NULL;
		while ((file = readdir(files))) {
			snprintf(path, sizeof path, "%s/%s", run[i], file->d_name);
			if (file->d_name[0] != '.')
				unlink(path);
		}
		closedir(files);
		rmdir(run[i]);
	}
	return 0;
}

static int make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
	(void)state;
	return rmdir(folder);
}

static const char *unit = "ticks"; /* the unit that samples() stores */

/*
 * Stores the numbers in `values` as samples of a metric in run `which` (0 or 1). On kvm each number
 * is stored in a round of its own.
 */
static void samples(int which, const char *engine, const char *benchmark, const char *metric,
                    const char *flags, const char *values)
{
	int sample = 0;
	char *end;
	struct store_row row = { 0, benchmark, 0, "none" };
	struct store_launch launch = { .engine = engine,
		                       .strategy = "window",
		                       .stack = "fixed-ist",
		                       .loader = "window",
		                       .isolation = "shared",
		                       .cpus = 1,
		                       .bench = "*",
		                       .sha256 = "" };

	for (long long value = strtoll(values, &end, 10); end != values; value = strtoll(values, &end, 10)) {
		if (!row.launch || !strcmp(engine, "kvm")) {
			launch.round++;
			row.launch = store_launch_start(store[which], &launch);
		}
		assert_int_equal(store_sample(store[which], &row, sample++, metric, unit, value, flags), 0);
		values = end;
	}
}

static const struct thresholds five = { { 0.05, 0.05, 0.05, 0.05, 0.05 } };

/* Completes both runs, closes their databases, and stores the comparison in `changes`. */
static void compare_at(const struct thresholds *thresholds)
{
	char why[RESULTS_WHY_MAX];

	for (int i = 0; i < 2; i++) {
		assert_int_equal(summary_compute(store_database(store[i])), 0);
		assert_int_equal(store_run_finish(store[i], "complete"), 0);
		assert_int_equal(store_close(store[i]), 0);
		store[i] = NULL;
		if (results_open(&results[i], run[i], why))
			fail_msg("%s", why);
	}
	assert_int_equal(changes_find(&changes, &results[0], &results[1], thresholds), 0);
}

static void compare(void)
{
	compare_at(&five);
}

static const struct change *change_of(const char *benchmark, const char *metric)
{
	for (size_t i = 0; i < changes.count; i++)
		if (!strcmp(changes.items[i].names[BENCHMARK], benchmark) &&
		    !strcmp(changes.items[i].names[METRIC], metric))
			return &changes.items[i];
	fail_msg("no change of %s %s", benchmark, metric);
	return NULL;
}

static enum verdict_of_change verdict_of(const char *benchmark, const char *metric)
{
	return change_of(benchmark, metric)->verdict;
}

static void counts_are_compared_exactly(void **state)
{
	static const struct {
		const char *name, *a, *b;
		enum verdict_of_change verdict;
	} rows[] = {
		{ "same", "100 100", "100 100", CHANGE_IDENTICAL },
		{ "none", "0 0", "0 0", CHANGE_IDENTICAL },
		{ "within", "100 100", "105 105", CHANGE_WITHIN },
		{ "more", "100 100", "106 106", CHANGE_REGRESSION },
		{ "less", "100 100", "94 94", CHANGE_IMPROVED },
		{ "from-none", "0 0", "1 1", CHANGE_REGRESSION },
		{ "to-none", "1 1", "0 0", CHANGE_IMPROVED },
		{ "varying", "100 110 120", "101 111 121", CHANGE_UNDECIDED },
		{ "varying-same", "100 110 120", "100 110 120", CHANGE_IDENTICAL },
		{ "varying-more", "100 110 120", "130 140 150", CHANGE_REGRESSION },
	};
	(void)state;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		samples(0, "bochs", rows[i].name, "m", "", rows[i].a);
		samples(1, "bochs", rows[i].name, "m", "", rows[i].b);
	}
	compare();
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (verdict_of(rows[i].name, "m") != rows[i].verdict)
			fail_msg("%s: %d", rows[i].name, verdict_of(rows[i].name, "m"));
	assert_int_equal(changes_count(&changes, CHANGE_REGRESSION), 3);
	assert_true(isinf(change_of("from-none", "m")->ratio));
	assert_true(change_of("more", "m")->flags & FLAG_EXACT);
	assert_false(change_of("varying", "m")->flags & FLAG_EXACT);
}

static void outcomes_of_experiments_are_no_costs(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		samples(i, "bochs", "e", "tries", "", "16");
		samples(i, "bochs", "f", "tries", "", "16");
	}
	samples(0, "bochs", "e", "lost", "", "10");
	samples(1, "bochs", "e", "lost", "", "20");
	samples(0, "bochs", "e", "violations", "", "0");
	samples(1, "bochs", "e", "violations", "", "1");
	samples(0, "bochs", "f", "violations", "", "1");
	samples(1, "bochs", "f", "violations", "", "3");
	compare();
	assert_int_equal(verdict_of("e", "lost"), CHANGE_OUTCOME);
	assert_int_equal(verdict_of("e", "tries"), CHANGE_IDENTICAL);
	assert_int_equal(verdict_of("e", "violations"), CHANGE_REGRESSION);
	assert_int_equal(verdict_of("f", "violations"), CHANGE_OUTCOME);
}

static void a_check_that_fails_now_is_a_regression(void **state)
{
	(void)state;
	samples(0, "bochs", "new", "m", "", "100");
	samples(1, "bochs", "new", "m", "check-failed", "100");
	samples(0, "bochs", "old", "m", "check-failed", "100");
	samples(1, "bochs", "old", "m", "", "200");
	compare();
	assert_int_equal(verdict_of("new", "m"), CHANGE_REGRESSION);
	assert_int_equal(verdict_of("old", "m"), CHANGE_UNDECIDED);
}

static void both(const char *benchmark, const char *metric, const char *in, const char *a, const char *b)
{
	unit = in;
	samples(0, "bochs", benchmark, metric, "", a);
	samples(1, "bochs", benchmark, metric, "", b);
	unit = "ticks";
}

static void each_metric_measures_something(void **state)
{
	(void)state;
	assert_int_equal(quantity_of("instructions", "instructions"), QUANTITY_INSTRUCTIONS);
	assert_int_equal(quantity_of("work", "instructions+rounds"), QUANTITY_INSTRUCTIONS);
	assert_int_equal(quantity_of("cycles_nominal", "cycles"), QUANTITY_CYCLES);
	assert_int_equal(quantity_of("cycles", "cycles"), QUANTITY_CYCLES);
	assert_int_equal(quantity_of("tsc", "ticks"), QUANTITY_TIME);
	assert_int_equal(quantity_of("off", "tsc-ticks"), QUANTITY_TIME);
	assert_int_equal(quantity_of("stack_bytes", "bytes"), QUANTITY_BYTES);
	assert_int_equal(quantity_of("cycles_low", "cycles"), QUANTITY_CAUSE);
	assert_int_equal(quantity_of("due_fetch", "cycles"), QUANTITY_CAUSE);
	assert_int_equal(quantity_of("mispredicts", "events"), QUANTITY_CAUSE);
	assert_int_equal(quantity_of("walk_reads", "events"), QUANTITY_CAUSE);
}

/*
 * A cause is a metric that explains other metrics. Causes must not decide. Here they differ widely
 * between the runs, but instructions and nominal cycles are within the threshold, so nothing must
 * be reported.
 */
static void causes_do_not_decide(void **state)
{
	(void)state;
	both("a", "instructions", "instructions", "100 100", "104 104");
	both("a", "cycles_nominal", "cycles", "100 100", "103 103");
	both("a", "cycles_high", "cycles", "100 100", "200 200");
	both("a", "mispredicts", "events", "10 10", "50 50");
	both("a", "due_fetch", "cycles", "0 0", "132 132");
	both("a", "l2_misses", "events", "9 9", "1 1");
	compare();
	assert_int_equal(verdict_of("a", "mispredicts"), CHANGE_REGRESSION);
	assert_int_equal(changes_count(&changes, CHANGE_REGRESSION), 0);
	assert_int_equal(changes_count(&changes, CHANGE_IMPROVED), 0);
	assert_int_equal(changes_count(&changes, CHANGE_WITHIN), 2);
}

/*
 * changes_causes() must return the parts of the cycles first, and then the events. The parts are
 * sorted by their change in cycles, and the events by their effect, both in descending order.
 */
static void causes_are_reasons(void **state)
{
	static const char *const expected[] = { "due_data", "due_fetch", "l2_misses", "walk_reads" };
	const struct change *causes[8];
	(void)state;

	both("a", "instructions", "instructions", "100", "200");
	both("a", "cycles_nominal", "cycles", "500", "600");
	both("a", "walk_reads", "events", "5", "10");
	both("a", "l2_misses", "events", "9", "1");
	both("a", "due_fetch", "cycles", "0", "1");
	both("a", "due_data", "cycles", "100", "150");
	both("a", "cr3_writes", "events", "2", "2");
	both("a", "l1_misses", "events", "1000", "1001");
	both("a", "cycles_low", "cycles", "100", "900");
	both("b", "invlpg", "events", "5", "50");
	compare();
	assert_int_equal(changes_causes(&changes, change_of("a", "cycles_nominal"), causes, 8), 4);
	for (size_t i = 0; i < 4; i++)
		assert_string_equal(causes[i]->names[METRIC], expected[i]);
	assert_int_equal(changes_causes(&changes, change_of("a", "cycles_nominal"), causes, 2), 2);
	assert_string_equal(causes[1]->names[METRIC], "due_fetch");
	assert_int_equal(changes_causes(&changes, change_of("a", "instructions"), causes, 8), 2);
	assert_string_equal(causes[0]->names[METRIC], "l2_misses");
	assert_true(isinf(change_effect(change_of("a", "due_fetch"))));
	assert_true(fabs(change_effect(change_of("a", "l2_misses")) - log(9)) < 1e-9);
}

/* changes_work() must return the change of the row's `work`, even if it is within the threshold. */
static void work_belongs_to_its_instructions(void **state)
{
	(void)state;
	both("a", "instructions", "instructions", "100", "200");
	both("a", "work", "instructions+rounds", "70000", "70100");
	both("b", "instructions", "instructions", "1", "2");
	compare();
	assert_ptr_equal(changes_work(&changes, change_of("a", "instructions")), change_of("a", "work"));
	assert_int_equal(verdict_of("a", "instructions"), CHANGE_REGRESSION);
	assert_int_equal(verdict_of("a", "work"), CHANGE_WITHIN);
	assert_null(changes_work(&changes, change_of("b", "instructions")));
}

/*
 * A failed check must be reported once per row. It must be reported with a metric whose change can
 * decide the verdict. If the row has only causes, it must be reported with one of them.
 */
static void a_failed_check_is_told_once(void **state)
{
	(void)state;
	unit = "events";
	samples(0, "bochs", "alone", "walk_reads", "", "100");
	samples(1, "bochs", "alone", "walk_reads", "check-failed", "100");
	samples(0, "bochs", "row", "walk_reads", "", "100");
	samples(1, "bochs", "row", "walk_reads", "check-failed", "100");
	samples(0, "bochs", "row", "instructions", "", "100");
	samples(1, "bochs", "row", "instructions", "check-failed", "100");
	unit = "ticks";
	compare();
	assert_true(change_of("alone", "walk_reads")->decides);
	assert_false(change_of("row", "walk_reads")->decides);
	assert_int_equal(changes_count(&changes, CHANGE_REGRESSION), 2);
}

static void each_quantity_has_its_threshold(void **state)
{
	static const struct thresholds some = { { 0.01, 0.05, 0.10, 0, 0.05 } };
	(void)state;

	both("a", "instructions", "instructions", "1000", "1030");
	both("a", "cycles_nominal", "cycles", "1000", "1030");
	both("a", "off", "tsc-ticks", "1000", "1090");
	both("a", "stack_bytes", "bytes", "100000", "100001");
	both("b", "stack_bytes", "bytes", "100000", "100000");
	compare_at(&some);
	assert_int_equal(verdict_of("a", "instructions"), CHANGE_REGRESSION);
	assert_int_equal(verdict_of("a", "cycles_nominal"), CHANGE_WITHIN);
	assert_int_equal(verdict_of("a", "off"), CHANGE_WITHIN);
	assert_int_equal(verdict_of("a", "stack_bytes"), CHANGE_REGRESSION);
	assert_int_equal(verdict_of("b", "stack_bytes"), CHANGE_IDENTICAL);
	assert_int_equal(changes_count(&changes, CHANGE_REGRESSION), 2);
}

static void what_only_one_has_and_what_means_nothing(void **state)
{
	(void)state;
	samples(0, "bochs", "a", "m", "", "1");
	samples(1, "bochs", "b", "m", "", "1");
	samples(0, "tcg", "c", "m", "", "1");
	samples(1, "tcg", "c", "m", "", "9");
	compare();
	assert_int_equal(changes.count, 2);
	assert_int_equal(changes.uncompared, 1);
	assert_true(change_of("a", "m")->in_a && !change_of("a", "m")->in_b);
	assert_true(change_of("b", "m")->in_b && !change_of("b", "m")->in_a);
	assert_int_equal(changes_count(&changes, CHANGE_REGRESSION), 0);
}

#define NINE      "1000 1001 1002 1003 1004 1005 1006 1007 1008"
#define NINE_MORE "1200 1201 1202 1203 1204 1205 1206 1207 1208"
#define NINE_NEAR "1010 1011 1012 1013 1014 1015 1016 1017 1018"
#define NINE_WIDE "900 1002 1500 800 1100 1300 700 1006 1205"

static void rounds_are_compared_by_a_rank_test(void **state)
{
	(void)state;
	samples(0, "kvm", "same", "tsc", "", NINE);
	samples(1, "kvm", "same", "tsc", "", NINE);
	samples(0, "kvm", "more", "tsc", "", NINE);
	samples(1, "kvm", "more", "tsc", "", NINE_MORE);
	samples(0, "kvm", "less", "tsc", "", NINE_MORE);
	samples(1, "kvm", "less", "tsc", "", NINE);
	samples(0, "kvm", "near", "tsc", "", NINE);
	samples(1, "kvm", "near", "tsc", "", NINE_NEAR);
	samples(0, "kvm", "wide", "tsc", "", NINE);
	samples(1, "kvm", "wide", "tsc", "", NINE_WIDE);
	samples(0, "kvm", "few", "tsc", "", NINE);
	samples(1, "kvm", "few", "tsc", "", "2000 2001 2002 2003 2004 2005 2006 2007");
	compare();
	assert_int_equal(verdict_of("same", "tsc"), CHANGE_WITHIN);
	assert_int_equal(verdict_of("more", "tsc"), CHANGE_REGRESSION);
	assert_int_equal(verdict_of("less", "tsc"), CHANGE_IMPROVED);
	assert_int_equal(verdict_of("near", "tsc"), CHANGE_WITHIN);
	assert_int_equal(verdict_of("wide", "tsc"), CHANGE_UNDECIDED);
	assert_int_equal(verdict_of("few", "tsc"), CHANGE_UNDECIDED);
	assert_true(change_of("few", "tsc")->flags & FLAG_FEW);
	/*
	 * There are 48620 ways to split 18 values into two groups of 9. Only this one and its
	 * reverse are as extreme, so p is 2 / 48620. Holm's correction multiplies the smallest p by
	 * the number of tests, 5.
	 */
	assert_true(fabs(change_of("more", "tsc")->p - 5 * 2. / 48620) < 1e-9);
	assert_true(fabs(change_of("more", "tsc")->ratio - 1.2) < 1e-3);
}

/* A comparison with exported files must give the same result as one with the database. */
static void exported_files_are_read_like_the_database(void **state)
{
	struct results files;
	struct changes again = { 0 };
	char why[RESULTS_WHY_MAX], path[100];
	FILE *json;
	(void)state;

	samples(0, "bochs", "b", "m", "overhead", "3");
	samples(0, "bochs", "b", "m", "", "100 110 120 133");
	samples(1, "bochs", "b", "m", "", "100 110 120 133");
	compare();
	assert_int_equal(csv_export(results[0].db, run[0]), 0);
	snprintf(path, sizeof path, "%s/environment.json", run[0]);
	json = fopen(path, "w");
	fprintf(json, "{\n  \"results.format\": \"%d\",\n  \"tool.gcc\": \"say \\\"12\\\"\"\n}\n",
	        STORE_VERSION);
	fclose(json);
	snprintf(path, sizeof path, "%s/results.sqlite", run[0]);
	unlink(path);
	if (results_open(&files, run[0], why))
		fail_msg("%s", why);
	assert_false(files.has_samples);
	assert_int_equal(changes_find(&again, &results[0], &files, &five), 0);
	assert_int_equal(again.count, 1);
	assert_int_equal(again.items[0].verdict, CHANGE_IDENTICAL);
	results_environment(&files, "tool.gcc", path, sizeof path);
	assert_string_equal(path, "say \"12\"");
	results_environment(&files, "tool.ld", path, sizeof path);
	assert_string_equal(path, "unknown");
	changes_free(&again);
	results_close(&files);
}

static void reasons_for_other_counts(void **state)
{
	char text[400];
	(void)state;

	for (int i = 0; i < 2; i++) {
		samples(i, "bochs", "b", "m", "", "1");
		store_environment(store[i], "tool.bochs", i ? "Bochs 2.8" : "Bochs 2.7");
		store_environment(store[i], "tool.gcc", i ? "gcc 13" : "gcc 12");
		store_environment(store[i], "sha256.code.window", i ? "beef" : "abcd");
		store_environment(store[i], "sha256.code.heap", "1234");
		store_environment(store[i], "host.cpu", i ? "one" : "another");
	}
	compare();
	assert_true(compare_find_reasons(results, "window", text, sizeof text));
	assert_string_equal(
	        text,
	        "tool.bochs: A Bochs 2.7, B Bochs 2.8; the image differs; tool.gcc: A gcc 12, B gcc 13");
	assert_true(compare_find_reasons(results, "heap", text, sizeof text));
	assert_string_equal(text, "tool.bochs: A Bochs 2.7, B Bochs 2.8");
	results_close(&results[1]);
	results[1] = results[0];
	assert_false(compare_find_reasons(results, "window", text, sizeof text));
	results[1] = (struct results){ 0 };
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, begin, finish)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(counts_are_compared_exactly),
		TEST(outcomes_of_experiments_are_no_costs),
		TEST(a_check_that_fails_now_is_a_regression),
		TEST(each_metric_measures_something),
		TEST(causes_do_not_decide),
		TEST(work_belongs_to_its_instructions),
		TEST(causes_are_reasons),
		TEST(a_failed_check_is_told_once),
		TEST(each_quantity_has_its_threshold),
		TEST(what_only_one_has_and_what_means_nothing),
		TEST(rounds_are_compared_by_a_rank_test),
		TEST(exported_files_are_read_like_the_database),
		TEST(reasons_for_other_counts),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
