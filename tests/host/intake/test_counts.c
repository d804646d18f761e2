/* SPDX-License-Identifier: MIT */
/*
 * A region is the code that one sample measures. Tests how the counts of a region are kept until
 * its sample arrives, and how `work` is computed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "bench/host/intake/counts.h"

static struct counts *counts;
static char taken[400]; /* what counts_take() has given: " METRIC=VALUE" for each metric */

static int set_up(void **state)
{
	(void)state;
	counts = counts_new();
	return counts ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	counts_free(counts);
	return 0;
}

static const char *add(const char *line)
{
	struct record record;
	const char *why;

	assert_int_equal(record_parse(&record, line, strlen(line), &why), RECORD_LIBRARY);
	return counts_add(counts, &record);
}

static void note(void *context, const char *metric, int64_t value)
{
	(void)context;
	snprintf(taken + strlen(taken), sizeof taken - strlen(taken), " %s=%lld", metric, (long long)value);
}

/* Returns the metrics of a region as text. */
static const char *take(int64_t region)
{
	taken[0] = '\0';
	return counts_take(counts, region, note, NULL) ? taken : "nothing";
}

static void a_region_is_taken_once(void **state)
{
	(void)state;
	assert_null(add("!count region=7 instructions=10 walk_reads=2"));
	assert_null(add("!count region=8 instructions=20"));
	assert_string_equal(take(7), " instructions=10 walk_reads=2");
	assert_string_equal(take(7), "nothing");
	assert_string_equal(take(8), " instructions=20");
	assert_string_equal(take(9), "nothing");
}

/* A REP instruction counts once in `instructions`; each of its rounds counts in `work` as well. */
static void work_is_instructions_and_rounds(void **state)
{
	(void)state;
	assert_null(add("!count region=1 instructions=10 rep_iterations=4096 data_accesses=3"));
	assert_string_equal(take(1), " instructions=10 rep_iterations=4096 data_accesses=3 work=4106");
	assert_null(add("!count region=2 instructions=10 rep_iterations=0"));
	assert_string_equal(take(2), " instructions=10 rep_iterations=0 work=10");
	assert_null(add("!count region=3 rep_iterations=5"));
	assert_string_equal(take(3), " rep_iterations=5");
	assert_null(add("!count region=4 instructions=9223372036854775807 rep_iterations=1"));
	assert_string_equal(take(4), " instructions=9223372036854775807 rep_iterations=1");
}

static void wrong_lines_are_refused(void **state)
{
	(void)state;
	assert_non_null(add("!count instructions=1"));
	assert_non_null(add("!count region=0 instructions=1"));
	assert_non_null(add("!count region=1 instructions=many"));
	assert_string_equal(take(1), "nothing");
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_region_is_taken_once),
		TEST(work_is_instructions_and_rounds),
		TEST(wrong_lines_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
