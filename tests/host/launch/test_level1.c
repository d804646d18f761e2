/* SPDX-License-Identifier: MIT */
/* Tests the reader of the rows that bench/level1/measure.sh prints. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bench/host/launch/level1.h"

static void a_row_is_read(void **state)
{
	struct level1_row row;
	(void)state;

	assert_true(level1_read_row("level1.stacks.O2 3 CPU high_water bytes 104\nmore", &row));
	assert_string_equal(row.benchmark, "level1.stacks.O2");
	assert_int_equal(row.parameter, 3);
	assert_string_equal(row.parameter_unit, "CPU");
	assert_string_equal(row.metric, "high_water");
	assert_string_equal(row.unit, "bytes");
	assert_int_equal(row.value, 104);
}

static void other_lines_are_refused(void **state)
{
	static const char *const lines[] = {
		"",
		"\n",
		"level1.layout 0 none tries count\n",
		"level1.layout 0 none tries count many\n",
		"level1.layout 0 none tries count 8 9\n",
		"level1.layout 0 none tries count 8",
		"level1.layout 0 none tries count -8\n",
		"syscall.null 0 none instructions instructions 34\n",
		"level1 0 none tries count 8\n",
		"level1.a-name-that-is-much-longer-than-any-benchmark-has-and-does-not-fit 0 none tries "
		"count 8\n",
	};
	struct level1_row row;
	(void)state;

	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
		if (level1_read_row(lines[i], &row))
			fail_msg("accepted: %s", lines[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_row_is_read),
		cmocka_unit_test(other_lines_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
