/* SPDX-License-Identifier: MIT */
/* Tests which strategies the tables and figures compare, and when an ordering counts as shown. */
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

/* A strategy that only a claim needs is in no table and no figure, and is nowhere the best. */
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

/* The database of an older version does not say what was asked for, so everything is compared. */
static void without_a_list_all_are_compared(void **state)
{
	char *text;
	(void)state;

	text = report_of_three();
	assert_non_null(strstr(text, "<td class=\"least\">33</td>"));
	free(text);
}

/* Replaces the table comparisons with one row per metric; `ratios` has the ends of its interval. */
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
	/* The low parameters have the other order; then an interval that contains 1. */
	assert_string_equal(decided((const double[3][2]){ { 1.1, 1.2 }, { 0.8, 0.9 }, { 1.1, 1.2 } }, "net"),
	                    "cycles_high cycles_low");
	assert_string_equal(decided((const double[3][2]){ { 1.1, 1.2 }, { 0.9, 1.3 }, { 1.1, 1.2 } }, "net"),
	                    "cycles_high");
	/* Equal to 1, and too few rounds. */
	assert_string_equal(decided((const double[3][2]){ { 1, 1 }, { 1, 1.2 }, { 0.9, 1 } }, "net"), "");
	assert_string_equal(
	        decided((const double[3][2]){ { 1.1, 1.2 }, { 1.1, 1.2 }, { 1.1, 1.2 } }, "few,net"),
	        "cycles_high");
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, make_database, remove_files)
	const struct CMUnitTest tests[] = {
		TEST(what_only_claims_need_is_not_compared),
		TEST(without_a_list_all_are_compared),
		TEST(an_ordering_in_cycles_holds_over_the_model),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
