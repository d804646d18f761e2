/* SPDX-License-Identifier: MIT */
/* Tests the tables on the terminal: the contents of cells, omitted columns, and the width limit. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "bench/host/terminal/tables.h"
#include "tests/host/scratch.h"

static char text[16384];

/* Adds a row to the summary; `numbers` are the SQL values of its median, interval and flags. */
static void measured(const char *engine, const char *strategy, const char *benchmark, const char *metric,
                     const char *numbers)
{
	char sql[512];

	snprintf(sql, sizeof sql,
	         "INSERT INTO summary (engine, strategy, benchmark, parameter, metric, unit, cpus, median, "
	         "ci_low,"
	         " ci_high, flags) VALUES ('%s', '%s', '%s', 65536, '%s', 'count', 1, %s)",
	         engine, strategy, benchmark, metric, numbers);
	execute(sql);
}

/* Returns the tables as printed to a file, with or without the claims that were not measured. */
static const char *printed_with(bool all)
{
	char *memory = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&memory, &size);
	struct terminal file;

	assert_non_null(out);
	file = terminal_open(out);
	tables_print(db, &file, all);
	fclose(out);
	snprintf(text, sizeof text, "%s", memory);
	free(memory);
	return text;
}

static const char *printed(void)
{
	return printed_with(true);
}

/*
 * Returns the tables as printed to a terminal of this width. They must be shorter than the buffer
 * of a pty, about 4096 bytes.
 */
static const char *shown(unsigned short columns)
{
	struct winsize size = { .ws_row = 25, .ws_col = columns };
	int master = posix_openpt(O_RDWR | O_NOCTTY), slave;
	size_t used = 0;
	struct terminal terminal;
	ssize_t got;
	FILE *out;

	assert_true(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
	slave = open(ptsname(master), O_RDWR | O_NOCTTY);
	assert_true(slave >= 0 && ioctl(slave, TIOCSWINSZ, &size) == 0);
	out = fdopen(slave, "w");
	terminal = terminal_open(out);
	tables_print(db, &terminal, true);
	fflush(out);
	fcntl(master, F_SETFL, O_NONBLOCK);
	while ((got = read(master, text + used, sizeof text - 1 - used)) > 0)
		used += (size_t)got;
	text[used] = '\0';
	fclose(out);
	close(master);
	return text;
}

/* Returns the length of the longest line in bytes. The text must be ASCII without colours. */
static size_t longest(const char *lines)
{
	size_t most = 0;

	for (; *lines; lines += strcspn(lines, "\r\n"), lines += strspn(lines, "\r\n")) {
		size_t here = strcspn(lines, "\r\n");

		most = here > most ? here : most;
	}
	return most;
}

static void cells_say_all(void **state)
{
	(void)state;
	measured("bochs", "heap", "exec.load", "instructions", "1234567, 1234567, 1234567, ''");
	measured("bochs", "window", "exec.load", "instructions", "999.5, 900, 1000, 'few,outliers'");
	measured("bochs", "window", "exec.load", "walk_reads", "4242, 4242, 4242, ''");
	measured("bochs", "heap", "memory.per_task", "stack_bytes", "-1000, -1000, -1000, 'check-failed'");
	printed();
	assert_non_null(strstr(text, "bochs  medians; instructions on Bochs"));
	assert_non_null(strstr(text, " 1,234,567  999.5 [900 .. 1,000]?^\n"));
	assert_null(strstr(text, "4,242")); /* the row's other metrics are left out */
	assert_non_null(strstr(text, "memory.per_task stack_bytes (count)"));
	assert_non_null(strstr(text, " -1,000!"));
	assert_non_null(strstr(text, " -\n")); /* no value for the preset window */
	assert_null(strchr(text, '\033'));
}

/*
 * A table of cycles must precede the table of counts. A range in the table of cycles extends from
 * the cycles with the model's low parameters to those with its high parameters.
 */
static void cycles_come_first(void **state)
{
	const char *modelled, *counted;
	(void)state;

	measured("bochs", "heap", "exec.load", "instructions", "2510, 2510, 2510, ''");
	measured("bochs", "heap", "tlb.cr3", "instructions", "77, 77, 77, ''");
	measured("bochs", "heap", "memory.per_task", "stack_bytes", "8192, 8192, 8192, ''");
	assert_null(strstr(printed(), "modelled"));
	measured("bochs", "heap", "exec.load", "cycles_nominal", "9100, 9000, 9200, 'unstable'");
	measured("bochs", "heap", "exec.load", "cycles_low", "7100, 7000, 7200, ''");
	measured("bochs", "heap", "exec.load", "cycles_high", "13100, 13000, 13200, ''");
	measured("bochs", "heap", "irq.latency.loading", "latency", "248553, 248553, 248553, ''");
	measured("bochs", "heap", "irq.latency.loading", "cycles_nominal", "444, 444, 444, ''");
	printed();
	modelled = strstr(text, "bochs  medians; modelled cycles");
	counted = strstr(text, "bochs  medians; instructions");
	assert_true(modelled && counted && modelled < counted);
	assert_true(strstr(text, "9,100 [7,100 .. 13,100]~\n") < counted);
	assert_non_null(strstr(text, "9,100 [7,100 .. 13,100]~\n"));
	assert_true(strstr(text, "8,192") > counted && strstr(text, "248,553") > counted);
	assert_null(strstr(text, "444"));
	assert_null(strstr(text, "7,000"));
}

static void only_what_was_asked_for_has_a_column(void **state)
{
	(void)state;
	measured("bochs", "heap", "exec.load", "instructions", "2510, 2510, 2510, ''");
	measured("bochs", "fixed-ist+direct+shared", "exec.load", "instructions", "77, 77, 77, ''");
	measured("bochs", "fixed-ist+direct+shared", "exec.real", "instructions", "99, 99, 99, ''");
	assert_non_null(strstr(printed(), "fixed-ist"));
	execute("INSERT INTO environment VALUES ('run.strategies', 'heap')");
	assert_null(strstr(printed(), "fixed-ist"));
	assert_null(strstr(text, "exec.real"));
}

/* A REP instruction counts once in `instructions`. Where that matters, a second line has `work`. */
static void work_stands_beside_instructions(void **state)
{
	(void)state;
	measured("bochs", "heap", "exec.load", "instructions", "2510, 2510, 2510, ''");
	measured("bochs", "heap", "exec.load", "work", "17000, 17000, 17000, ''");
	measured("bochs", "heap", "tlb.cr3", "instructions", "77, 77, 77, ''");
	measured("bochs", "heap", "tlb.cr3", "work", "77, 77, 77, ''");
	printed();
	assert_non_null(strstr(text, "exec.load work (count)"));
	assert_non_null(strstr(text, " 2,510\n"));
	assert_non_null(strstr(text, " 17,000\n"));
	assert_non_null(strstr(text, "tlb.cr3 "));
	assert_null(strstr(text, "tlb.cr3 work"));
}

static void waits_are_shown_as_such(void **state)
{
	(void)state;
	measured("bochs", "heap", "irq.latency.loading", "instructions", "21, 21, 21, ''");
	measured("bochs", "heap", "irq.latency.loading", "latency", "248553, 248553, 248553, ''");
	printed();
	assert_non_null(strstr(text, "latency (count)"));
	assert_non_null(strstr(text, " 248,553\n"));
	assert_null(strstr(text, " 21"));
}

static void presets_come_first(void **state)
{
	const char *heap, *window, *other;
	(void)state;

	measured("bochs", "fixed-ist+direct+shared", "b", "instructions", "1, 1, 1, ''");
	measured("bochs", "window", "b", "instructions", "1, 1, 1, ''");
	measured("bochs", "heap", "b", "instructions", "1, 1, 1, ''");
	printed();
	heap = strstr(text, "heap");
	window = strstr(text, "window");
	other = strstr(text, "fixed-ist+direct+shared");
	assert_true(heap && window && other && heap < window && window < other);
}

static void void_times_are_left_out(void **state)
{
	(void)state;
	measured("tcg", "heap", "exec.load", "tsc", "77777, 77777, 77777, ''");
	measured("tcg", "heap", "memory.per_task", "stack_bytes", "8192, 8192, 8192, ''");
	printed();
	assert_null(strstr(text, "77,777"));
	assert_non_null(strstr(text, "8,192"));
}

static void nothing_measured_is_no_table(void **state)
{
	(void)state;
	assert_string_equal(printed(), "");
}

static void claims_are_wrapped(void **state)
{
	(void)state;
	execute("INSERT INTO claims (id, verdict, evidence) VALUES (7, 'refuted', '"
	        "a long sentence of evidence that goes on and on, with numbers such as 123 and 456, until it "
	        "has to"
	        " be broken at a space')");
	printed();
	assert_non_null(strstr(text, "   7  refuted       a long sentence"));
	assert_in_range(longest(text), 60, 110);
	assert_non_null(strstr(text, "\n                    ")); /* aligned with the line above */
}

/* Claims decided by arithmetic must have a separate list and a separate count. */
static void arithmetic_is_apart_from_experiments(void **state)
{
	(void)state;
	execute("INSERT INTO claims (id, verdict, evidence, kind, also) VALUES"
	        " (1, 'confirmed', 'seen', 'experiment', 'and more'),"
	        " (2, 'refuted', 'summed', 'arithmetic', ''), (3, 'inconclusive', 'open', 'experiment', ''),"
	        " (4, 'not measured', 'missing', 'experiment', ''), (5, 'confirmed', 'added', 'arithmetic', "
	        "'')");
	assert_string_equal(printed(), "claims, decided by experiments\n"
	                               "  id  verdict       evidence\n"
	                               "   1  confirmed     seen\n"
	                               "                    also: and more\n"
	                               "   3  inconclusive  open\n"
	                               "   4  not measured  missing\n"
	                               "  1 of 3 decided\n"
	                               "claims, decided by arithmetic on constants\n"
	                               "  id  verdict       evidence\n"
	                               "   2  refuted       summed\n"
	                               "   5  confirmed     added\n"
	                               "  2 of 2 decided\n");
	printed_with(false);
	assert_null(strstr(text, "missing"));
	assert_non_null(strstr(text, "   3  inconclusive  open\n"
	                             "  1 not measured: see claims.csv\n"
	                             "  1 of 3 decided\n"));
}

/*
 * If the terminal is too narrow, the intervals must be left out; if that is not enough, the columns
 * must be split into several tables. All values must remain.
 */
static void width_is_kept(void **state)
{
	static const char *const strategies[] = { "heap", "window", "random", "best" };
	const char *at;
	unsigned tables = 0;
	(void)state;

	setenv("NO_COLOR", "1", 1);
	for (unsigned i = 0; i < 4; i++)
		measured("bochs", strategies[i], "exec.load", "instructions", "1000000, 900000, 1100000, ''");
	execute("DELETE FROM claims");
	shown(160);
	assert_non_null(strstr(text, "[900,000 .. 1,100,000]"));
	shown(70);
	assert_null(strstr(text, "[900,000"));
	assert_non_null(strstr(text, "1,000,000  1,000,000  1,000,000  1,000,000"));
	shown(44);
	for (at = text; (at = strstr(at, "exec.load  ")); at++)
		tables++;
	assert_int_equal(tables, 2);
	for (unsigned i = 0; i < 4; i++)
		assert_non_null(strstr(text, strategies[i]));
	*strstr(text, "[..]") = '\0'; /* cuts off the legend, which is not wrapped */
	assert_true(longest(strchr(text, '\n') + 1) <= 44);
}

static void colours_are_for_terminals(void **state)
{
	(void)state;
	unsetenv("NO_COLOR");
	setenv("TERM", "xterm", 1);
	measured("bochs", "heap", "b", "instructions", "1, 1, 1, ''");
	assert_non_null(strstr(shown(80), "\033[1m"));
	setenv("TERM", "dumb", 1);
	assert_null(strstr(shown(80), "\033["));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(cells_say_all, make_database, remove_files),
		cmocka_unit_test_setup_teardown(cycles_come_first, make_database, remove_files),
		cmocka_unit_test_setup_teardown(only_what_was_asked_for_has_a_column, make_database,
		                                remove_files),
		cmocka_unit_test_setup_teardown(work_stands_beside_instructions, make_database, remove_files),
		cmocka_unit_test_setup_teardown(waits_are_shown_as_such, make_database, remove_files),
		cmocka_unit_test_setup_teardown(presets_come_first, make_database, remove_files),
		cmocka_unit_test_setup_teardown(void_times_are_left_out, make_database, remove_files),
		cmocka_unit_test_setup_teardown(nothing_measured_is_no_table, make_database, remove_files),
		cmocka_unit_test_setup_teardown(claims_are_wrapped, make_database, remove_files),
		cmocka_unit_test_setup_teardown(arithmetic_is_apart_from_experiments, make_database,
		                                remove_files),
		cmocka_unit_test_setup_teardown(width_is_kept, make_database, remove_files),
		cmocka_unit_test_setup_teardown(colours_are_for_terminals, make_database, remove_files),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
