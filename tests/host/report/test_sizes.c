/* SPDX-License-Identifier: MIT */
/*
 * Some results depend on a size. Tests that the report's sentences, heat map, tables and figures
 * never compare such results by instructions alone.
 */
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
#include "bench/host/report/report_parts.h"

#include "tests/host/report/measured.h"

/* Returns 1 if a file of the run contains the text, otherwise 0. */
static int file_contains(const char *name, const char *needle)
{
	char text[8000] = "";
	FILE *in = fopen(path_of(name), "r");

	assert_non_null(in);
	assert_true(fread(text, 1, sizeof text - 1, in) > 0);
	fclose(in);
	return strstr(text, needle) != NULL;
}

/* Returns how often `needle` occurs in `text`. */
static size_t occurrences(const char *text, const char *needle)
{
	size_t count = 0;

	for (; (text = strstr(text, needle)); text++)
		count++;
	return count;
}

/*
 * A REP instruction counts once in `instructions`, however much it copies. So `instructions` ranks
 * the loaders wrongly if the image is large. The report must use `work` for such rows.
 */
static void sizes_are_not_compared_by_instructions_alone(void **state)
{
	char *text;
	(void)state;

	for (size_t i = 0; i < subjects_count; i++)
		if (subjects[i].parameter > 0)
			assert_string_not_equal(subject_metric(&subjects[i], &views[0]), "instructions");
	measured("bochs", "heap", "exec.spawn", "instructions", 2001);
	measured("bochs", "window", "exec.spawn", "instructions", 3001);
	measured("bochs", "heap", "exec.spawn", "work", 17007);
	measured("bochs", "window", "exec.spawn", "work", 16006);
	measured("bochs", "heap", "syscall.null", "instructions", 34);
	measured("bochs", "heap", "syscall.null", "work", 34);
	assert_int_equal(mkdir(path_of("data"), 0777), 0);
	assert_int_equal(plots_data_write(db, path_of("data"), &views[0]), 0);
	assert_int_equal(file_contains("data/bochs/overview.dat", "17007.0 \"spawn 4 KiB\""), 1);
	assert_int_equal(file_contains("data/bochs/overview.dat", "2001.0"), 0);
	assert_int_equal(file_contains("data/bochs/index.gp", "sized = \"work\""), 1);
	remove_tree("data");
	assert_int_equal(report_write(db, folder, folder), 0);
	text = report_text();
	assert_non_null(strstr(text, "To start a program of 4 KiB, <b>window</b> needs 16,006 instructions"));
	/* Both numbers are in the table of subjects and in the table of all benchmarks. */
	assert_int_equal(occurrences(text, ">17,007</td>"), 2);
	assert_int_equal(occurrences(text, ">2,001</td>"), 2);
	assert_int_equal(occurrences(text, ">34</td>"), 2); /* `work` is equal, so it has no row */
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(sizes_are_not_compared_by_instructions_alone, make_database,
		                                remove_files),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
