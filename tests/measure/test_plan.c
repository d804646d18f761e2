/* SPDX-License-Identifier: MIT */
/* Tests the file that says what to measure. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/bochs/measure/plan.h"

static char path[] = "/tmp/test_plan_XXXXXX";
static char why[PLAN_WHY_MAX];
static struct plan plan;

static int make_file(void **state)
{
	int file = mkstemp(path);
	(void)state;

	return file < 0 ? -1 : close(file);
}

static int remove_file(void **state)
{
	(void)state;
	return unlink(path);
}

static int read_text(const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	return plan_read(&plan, path, why);
}

static void good(void **state)
{
	(void)state;
	assert_int_equal(read_text("call 1 ffffffff80101234 9090c3\ncall 7 c0100000 -\nuntil all  done\n"
	                           "ticks 123456789012\nbetween 9 1000 1fff -\nuser\ntype input file\n"
	                           "symbols list of them\n"),
	                 0);
	assert_int_equal(plan.regions, 3);
	assert_int_equal(plan.region[0].to, 0);
	assert_int_equal(plan.region[2].id, 9);
	assert_int_equal(plan.region[2].start, 0x1000);
	assert_int_equal(plan.region[2].to, 0x1fff);
	assert_true(plan.user);
	assert_string_equal(plan.type, "input file");
	assert_string_equal(plan.symbols, "list of them");
	assert_int_equal(plan.region[0].id, 1);
	assert_true(plan.region[0].start == 0xffffffff80101234);
	assert_int_equal(plan.region[0].code_bytes, 3);
	assert_memory_equal(plan.region[0].code, "\x90\x90\xc3", 3);
	assert_int_equal(plan.region[1].id, 7);
	assert_int_equal(plan.region[1].code_bytes, 0);
	assert_string_equal(plan.until, "all  done");
	assert_true(plan.ticks == 123456789012);
}

static void wrong(void **state)
{
	static const char *const lines[] = { "call",
		                             "call 0 1000 -",
		                             "call 1 xyz -",
		                             "call 1 1000",
		                             "call 1 1000 9",
		                             "call 1 1000 9g",
		                             "ticks 0",
		                             "ticks 5x",
		                             "until ",
		                             "symbols ",
		                             "measure 1",
		                             "call 1 1000 - -",
		                             "between 1 1000 -",
		                             "between 1 1000 0 -",
		                             "call 1000 1 -",
		                             "users" };
	(void)state;

	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		char text[100];

		snprintf(text, sizeof text, "ticks 1\n%s\n", lines[i]);
		assert_int_equal(read_text(text), -1);
		assert_non_null(strstr(why, ":2: not an item of a plan"));
	}
	assert_int_equal(read_text("until x\nmarks\n"), 0);
	assert_true(plan.marks);
	assert_int_equal(read_text("marks\nuser\n"), -1);
	assert_non_null(strstr(why, "with marks, nothing else"));
	assert_int_equal(plan_read(&plan, "/nowhere/plan", why), -1);
	assert_non_null(strstr(why, "/nowhere/plan: No such file"));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(good), cmocka_unit_test(wrong) };

	return cmocka_run_group_tests(tests, make_file, remove_file);
}
