/* SPDX-License-Identifier: MIT */
/* Tests which strategies the tables and figures compare, and when an ordering counts as decided. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "bench/host/report/plots_data.h"
#include "bench/host/report/report.h"

#include "tests/host/report/measured.h"

/* Returns the report of `heap`, `window` and a third build, which is the best of the three. */
static char *report_of_three(void)
{
	measured("bochs", "heap", "syscall.null", "instructions", 34);
	measured("bochs", "window", "syscall.null", "instructions", 35);
	measured("bochs", "heap-sw+direct+shared", "syscall.null", "instructions", 33);
	measured("bochs", "heap-sw+direct+shared", "exec.load", "work", 1000);
	assert_int_equal(report_write(db, folder, folder), 0);
	return report_text();
}

/* A strategy that only a claim needs must be in no table and no figure, even if it is the best. */
static void what_only_claims_need_is_not_compared(void **state)
{
	char *text;
	char line[400];
	FILE *in;
	(void)state;

	execute("INSERT INTO environment VALUES ('run.strategies', 'heap,window')");
	text = report_of_three();
	assert_null(strstr(text, "direct"));
	assert_null(strstr(text, "exec.load"));
	assert_non_null(strstr(text, "<td class=\"least\">34</td>"));
	free(text);
	assert_int_equal(mkdir(path_of("data"), 0777), 0);
	assert_int_equal(plots_data_write(db, path_of("data"), &views[0]), 0);
	in = fopen(path_of("data/bochs/index.gp"), "r");
	assert_non_null(in);
	while (fgets(line, sizeof line, in))
		assert_null(strstr(line, "heap-sw+direct"));
	fclose(in);
	remove_tree("data");
}

/* If the database does not list the strategies that the user asked for, all are compared. */
static void without_a_list_all_are_compared(void **state)
{
	char *text;
	(void)state;

	text = report_of_three();
	assert_non_null(strstr(text, "<td class=\"least\">33</td>"));
	free(text);
}

/*
 * Replaces the table `comparisons` by three rows, one per parameter set of the cycle model.
 * `ratios` has their intervals, in the order nominal, low, high. The row of the low set gets the
 * flags `flags_of_low`. Returns the metrics that are decided.
 */
static const char *decided(const double ratios[3][2], const char *flags_of_low)
{
	static const char *const metrics[] = { "cycles_nominal", "cycles_low", "cycles_high" };

	execute("DELETE FROM comparisons");
	for (int i = 0; i < 3; i++) {
		char sql[200];

		snprintf(sql, sizeof sql,
		         "INSERT INTO comparisons VALUES ('bochs', 'exec.spawn', 4096, '%s', 'a', 'b',"
		         " 1, %g, %g, 7, '%s')",
		         metrics[i], ratios[i][0], ratios[i][1], i == 1 ? flags_of_low : "net");
		execute(sql);
	}
	return first_column("SELECT group_concat(metric, ' ') FROM (SELECT metric FROM decided ORDER BY 1)");
}

static void an_ordering_in_cycles_holds_over_the_model(void **state)
{
	(void)state;
	assert_string_equal(decided((const double[3][2]){ { 1.1, 1.2 }, { 1.1, 1.3 }, { 1.01, 2 } }, "net"),
	                    "cycles_high cycles_low cycles_nominal");
	assert_string_equal(decided((const double[3][2]){ { 0.8, 0.9 }, { 0.8, 0.9 }, { 0.8, 0.9 } }, "net"),
	                    "cycles_high cycles_low cycles_nominal");
	/*
	 * In the first case, the low parameters reverse the order. In the second case, the interval
	 * with the low parameters contains 1.
	 */
	assert_string_equal(decided((const double[3][2]){ { 1.1, 1.2 }, { 0.8, 0.9 }, { 1.1, 1.2 } }, "net"),
	                    "cycles_high cycles_low");
	assert_string_equal(decided((const double[3][2]){ { 1.1, 1.2 }, { 0.9, 1.3 }, { 1.1, 1.2 } }, "net"),
	                    "cycles_high");
	/*
	 * In the first case, each interval contains 1. In the second case, the low parameters have
	 * too few rounds.
	 */
	assert_string_equal(decided((const double[3][2]){ { 1, 1 }, { 1, 1.2 }, { 0.9, 1 } }, "net"), "");
	assert_string_equal(
	        decided((const double[3][2]){ { 1.1, 1.2 }, { 1.1, 1.2 }, { 1.1, 1.2 } }, "few,net"),
	        "cycles_high");
}

/*
 * Writes the data files of a view (0: counts, 1: modelled cycles) and returns the content of one of
 * them in a static buffer.
 */
static const char *data_file(size_t view, const char *name)
{
	static char text[4000];
	FILE *in;

	assert_int_equal(mkdir(path_of("data"), 0777), 0);
	assert_int_equal(plots_data_write(db, path_of("data"), &views[view]), 0);
	in = fopen(path_of(name), "r");
	assert_non_null(in);
	text[fread(text, 1, sizeof text - 1, in)] = '\0';
	fclose(in);
	remove_tree("data");
	return text;
}

/*
 * Adds a comparison of `a` with `b` in all three metrics of the cycle model. With the nominal
 * parameters the interval is from `low` to `high`. With the low parameters it begins 0.02 lower;
 * with the high parameters it ends 0.02 higher.
 */
static void compared(const char *a, const char *b, double ratio, double low, double high)
{
	static const char *const metrics[] = { "cycles_nominal", "cycles_low", "cycles_high" };

	for (int i = 0; i < 3; i++) {
		char sql[200];

		snprintf(sql, sizeof sql,
		         "INSERT INTO comparisons VALUES ('bochs', 'exec.spawn', 4096, '%s', '%s', '%s', %g, "
		         "%g,"
		         " %g, 7, 'net')",
		         metrics[i], a, b, ratio, low - 0.02 * (i == 1), high + 0.02 * (i == 2));
		execute(sql);
	}
}

/*
 * The data of figures has a column `standing`: 2 for the best strategy, 1 for a strategy that is
 * decided to be worse than the best, 0 for all others. The interval of a ratio in modelled cycles
 * covers the intervals with the low, nominal and high parameters of the model.
 */
static void figures_show_what_is_decided(void **state)
{
	static const char *const strategies[] = { "heap", "window", "random" };
	(void)state;

	for (int i = 0; i < 3; i++) {
		measured("bochs", strategies[i], "exec.spawn", "cycles_nominal", 1000 + 100 * i);
		measured("bochs", strategies[i], "exec.spawn", "cycles_low", 500 + 100 * i);
		measured("bochs", strategies[i], "exec.spawn", "cycles_high", 2000 + 100 * i);
	}
	compared("window", "heap", 1.125, 0.95, 1.25);
	compared("random", "heap", 1.25, 1.125, 1.5);
	assert_string_equal(data_file(1, "data/bochs-cycles/overview.dat"),
	                    "x y strategy ratio value subject unit standing marks\n"
	                    "1 1 heap 1.0 1000.0 \"spawn 4 KiB\" \"modelled cycles\" 2 =\n"
	                    "1 2 window 1.125 1100.0 \"spawn 4 KiB\" \"modelled cycles\" 0 =\n"
	                    "1 3 random 1.25 1200.0 \"spawn 4 KiB\" \"modelled cycles\" 1 =\n");
	assert_string_equal(data_file(1, "data/bochs-cycles/exec.spawn.random.ratio"),
	                    "parameter ratio ratio_low ratio_high standing\n"
	                    "4096 1.25 1.105 1.52 1\n");
	assert_non_null(
	        strstr(data_file(1, "data/bochs-cycles/index.gp"), "every = \"heap window random\"\n"));
	/* If it is undecided whether random is worse than heap, no strategy is the best. */
	execute("UPDATE comparisons SET flags = 'few' WHERE metric = 'cycles_low'");
	assert_null(strstr(data_file(1, "data/bochs-cycles/overview.dat"), "\" 2 ="));
	assert_null(strstr(data_file(1, "data/bochs-cycles/overview.dat"), "\" 1 ="));
}

/*
 * The file `.whole` has the cost of switches with page touches, and the cost of the touches alone.
 */
static void switches_have_their_whole_cost(void **state)
{
	(void)state;
	execute("INSERT INTO launches (id, engine, strategy, stack, loader, isolation, cpus, memory, round, "
	        "bench,"
	        " state) VALUES (1, 'bochs', 'heap', 'heap-sw', 'sandwich', 'shared', 1, 512, 1, '*', "
	        "'complete')");
	measured("bochs", "heap", "switch.pingpong", "work", 70);
	for (int i = 0; i < 5; i++) {
		char sql[400];

		snprintf(sql, sizeof sql,
		         "INSERT INTO samples VALUES (1, 'switch.pingpong', 64, 'pages', %d, 'work', 'x', "
		         "%d, ''),"
		         " (1, 'switch.pingpong', 64, 'pages', %d, 'work', 'x', 30, 'overhead'),"
		         " (1, 'switch.pingpong', 64, 'pages', %d, 'work', 'x', 999, 'warmup')",
		         i, 98 + i, i, i);
		execute(sql);
	}
	assert_string_equal(data_file(0, "data/bochs/switch.pingpong.heap.whole"),
	                    "parameter work work_low work_high\n64 100.0 30.0 NaN\n");
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, make_database, remove_files)
	const struct CMUnitTest tests[] = {
		TEST(what_only_claims_need_is_not_compared),
		TEST(without_a_list_all_are_compared),
		TEST(an_ordering_in_cycles_holds_over_the_model),
		TEST(figures_show_what_is_decided),
		TEST(switches_have_their_whole_cost),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
