/* SPDX-License-Identifier: MIT */
/* Tests the options on the kernel's command line (boot/options.c). */
#include "tests/unit/support.h"

#include <stdio.h>
#include <string.h>

#include "boot/options.h"

static char reports[4096];

static void report(const char *word, const char *problem)
{
	const size_t used = strlen(reports);

	snprintf(reports + used, sizeof reports - used, "%s: %s\n", word, problem);
}

#define UNKNOWN ": unknown word, ignored\n"

static void words_are_checked(void **state)
{
	static const struct {
		const char *line, *reports;
		bool valid;
	} cases[] = {
		{ "", "", true },
		{ "  ", "", true },
		{ "run=bench bench=a.*,b samples=quick seed=1 layout=2 rows=later exit=1 pcid=on "
		  "window-flush=cr3 "
		  "warmup=stable "
		  "pmu=on",
		  "", true },
		{ "run=test skip=a samples=full exit=0 pcid=off window-flush=invlpg pmu=off init=/bin/sh "
		  "trace=calls table=off screen=off",
		  "", true },
		/* QEMU puts the name of the kernel's file first. */
		{ "build/x+y/palimpsest.elf32 run=demo", "", true },
		{ "/a path/with=words/palimpsest run=demo", "", true },
		{ "kernel.elf32  run=list ", "", true },
		{ "run=demo init=true nonsense x=y trace=what",
		  "nonsense" UNKNOWN "x=y" UNKNOWN "trace=what: trace= takes calls|off\n", false },
		{ "run=nothing", "run=nothing: run= takes bench|test|fuzz|demo|list\n", false },
		{ "run=", "run=: run= takes bench|test|fuzz|demo|list\n", false },
		{ "run=ben", "run=ben: run= takes bench|test|fuzz|demo|list\n", false },
		{ "run=bench|test", "run=bench|test: run= takes bench|test|fuzz|demo|list\n", false },
		{ "run", "run" UNKNOWN, true },
		{ "runs=demo", "runs=demo" UNKNOWN, true },
		{ "run=demo ./late/path", "./late/path" UNKNOWN, true },
		{ "RUN=demo", "RUN=demo" UNKNOWN, true },
		{ "pcid=yes samples=3",
		  "pcid=yes: pcid= takes on|off\nsamples=3: samples= takes quick|few|full|one|brief\n",
		  false },
	};
	(void)state;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		reports[0] = '\0';
		strcpy(command_line, cases[i].line);
		assert_int_equal(boot_check_options(report), cases[i].valid);
		assert_string_equal(reports, cases[i].reports);
	}
}

static bool seed_is_valid(const char *value)
{
	sprintf(command_line, "seed=%s", value);
	return boot_check_options(report);
}

static void numbers_have_a_range(void **state)
{
	(void)state;
	assert_true(seed_is_valid("0"));
	assert_true(seed_is_valid("18446744073709551615"));
	assert_false(seed_is_valid("18446744073709551616"));
	assert_false(seed_is_valid("99999999999999999999"));
	assert_true(seed_is_valid("0xffffffffffffffff"));
	assert_true(seed_is_valid("0XabCDef0123456789"));
	assert_false(seed_is_valid("0x10000000000000000"));
	assert_false(seed_is_valid("0x"));
	assert_false(seed_is_valid(""));
	assert_false(seed_is_valid("-1"));
	assert_false(seed_is_valid("12a"));
	assert_false(seed_is_valid("0xg"));
	assert_false(seed_is_valid("/"));
	/* This value is too long for the kernel's buffer. */
	assert_false(seed_is_valid("000000000000000000000001"));
}

static void texts_have_a_length(void **state)
{
	(void)state;
	reports[0] = '\0';
	strcpy(command_line, "init=");
	memset(command_line + 5, 'x', 63);
	command_line[5 + 63] = '\0';
	assert_true(boot_check_options(report));
	strcat(command_line, "y");
	assert_false(boot_check_options(report));
	assert_true(strstr(reports, "y: init= takes at most 63 characters\n"));
	memset(command_line, 'z', sizeof command_line - 1); /* one word as long as the line */
	command_line[sizeof command_line - 1] = '\0';
	assert_true(boot_check_options(report));
}

static void values_are_found(void **state)
{
	char value[8];
	(void)state;

	strcpy(command_line, "path run=bench  bench=abcdefgh x");
	assert_true(boot_option("run", value, sizeof value));
	assert_string_equal(value, "bench");
	assert_true(boot_option("bench", value, sizeof value));
	assert_string_equal(value, "abcdefg");
	assert_false(boot_option("x", value, sizeof value));
	assert_string_equal(value, "");
	assert_false(boot_option("ench", value, sizeof value));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_checked),
		cmocka_unit_test(numbers_have_a_range),
		cmocka_unit_test(texts_have_a_length),
		cmocka_unit_test(values_are_found),
	};

	return cmocka_run_group_tests_name("options", tests, NULL, NULL);
}
