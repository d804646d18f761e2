/* SPDX-License-Identifier: MIT */
/* Tests the stacks that are written in the format of `perf script`. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "bench/host/report/perf_script.h"
#include "tests/host/scratch.h"

static const struct perf_script_rows all = { .globs = "*" };

/* Adds a complete launch of this strategy on Bochs. `id` is its ID and also its round. */
static void add_launch(const char *id, const char *strategy)
{
	char sql[300];

	snprintf(sql, sizeof sql,
	         "INSERT INTO launches (id, engine, strategy, stack, loader, isolation, cpus, memory, round,"
	         " bench, state) VALUES (%s, 'bochs', '%s', '', '', '', 1, 512, %s, '*', 'complete')",
	         id, strategy, id);
	execute(sql);
}

static void add(const char *launch, const char *benchmark, const char *kind, const char *stack, int64_t value)
{
	char sql[400];

	snprintf(sql, sizeof sql,
	         "INSERT INTO stacks VALUES (%s, '%s', 0, '%s', '%s', 'cycles_nominal', 'cycles', %" PRId64
	         ", 1)",
	         launch, benchmark, kind, stack, value);
	execute(sql);
}

/* Returns the content of a row's file, in a static buffer, or NULL if there is no such file. */
static const char *content(const char *strategy, const char *row)
{
	static char text[1 << 20];
	char name[200];
	FILE *in;

	snprintf(name, sizeof name, "perf-script/bochs/%s/%s.linux-perf.txt", strategy, row);
	in = fopen(path_of(name), "r");
	if (!in)
		return NULL;
	text[fread(text, 1, sizeof text - 1, in)] = '\0';
	fclose(in);
	return text;
}

static void samples_are_written_as_perf_does(void **state)
{
	(void)state;
	add_launch("1", "heap");
	add_launch("2", "heap");
	add("1", "exec.load", "sample", "sys_spawn;copy", 3);
	add("2", "exec.load", "sample", "sys_spawn;copy", 1);
	add("2", "exec.load", "sample", "[user]", 1);
	add("2", "exec.load", "overhead", "[user]", 100);
	assert_int_equal(perf_script_write(db, folder, &all), 1);
	assert_string_equal(content("heap", "exec.load-0"),
	                    "heap/exec.load-0 1 [000] 0.000000000:          1 cycles_nominal:\n"
	                    "\t               0 [user] ([unknown])\n\n"
	                    "heap/exec.load-0 1 [000] 0.000000001:          1 cycles_nominal:\n"
	                    "\t               0 copy ([palimpsest])\n"
	                    "\t               0 sys_spawn ([palimpsest])\n\n"
	                    "heap/exec.load-0 1 [000] 0.000000002:          1 cycles_nominal:\n"
	                    "\t               0 copy ([palimpsest])\n"
	                    "\t               0 sys_spawn ([palimpsest])\n\n"
	                    "heap/exec.load-0 1 [000] 0.000000003:          1 cycles_nominal:\n"
	                    "\t               0 copy ([palimpsest])\n"
	                    "\t               0 sys_spawn ([palimpsest])\n\n"
	                    "heap/exec.load-0 1 [000] 0.000000004:          1 cycles_nominal:\n"
	                    "\t               0 copy ([palimpsest])\n"
	                    "\t               0 sys_spawn ([palimpsest])\n\n");
	remove_tree("perf-script");
}

/*
 * Writes two call chains with these values. Checks each chain: the periods of its samples
 * must add up to its value, and all samples except the last must have the period `period`. If there
 * are several samples, their number must be value / period, rounded to the nearest integer.
 */
static void check_periods(int64_t big, int64_t small, uint64_t period)
{
	const int64_t values[] = { big, small };
	uint64_t sum[2] = { 0 }, last[2] = { 0 }, samples[2] = { 0 };

	execute("DELETE FROM stacks");
	add("1", "exec.load", "sample", "a", big);
	add("1", "exec.load", "sample", "b", small);
	assert_int_equal(perf_script_write(db, folder, &all), 1);
	for (const char *at = content("heap", "exec.load-0"); *at; at = strstr(at, "\n\n") + 2) {
		const char *name = strstr(at, "\t               0 ");
		uint64_t now;
		int i;

		assert_non_null(name);
		i = name[strlen("\t               0 ")] - 'a';
		assert_int_equal(sscanf(at, "%*s 1 [000] %*u.%*u: %" SCNu64, &now), 1);
		assert_true(samples[i] == 0 || last[i] == period);
		sum[i] += now;
		last[i] = now;
		samples[i]++;
	}
	for (int i = 0; i < 2; i++) {
		const uint64_t value = (uint64_t)values[i];

		assert_int_equal(sum[i], value);
		assert_true(samples[i] == 1 || (samples[i] * period <= value + period / 2 &&
		                                value <= samples[i] * period + period / 2));
	}
	assert_true(samples[0] + samples[1] <= PERF_SCRIPT_SAMPLES + 2);
	remove_tree("perf-script");
}

static void samples_add_up(void **state)
{
	(void)state;
	add_launch("1", "heap");
	check_periods(999, 1, 1);
	check_periods(1000, 1, 2);
	check_periods(1999, 1, 2);
	check_periods(4000, 999, 5);
	check_periods(4000, 1001, 10);
	check_periods(123456789, 3, 200000);
	check_periods(INT64_MAX - 10000, 9999, 10000000000000000);
}

static void rows_are_chosen(void **state)
{
	struct strategy_list window = { 0 };
	struct strategy strategy;
	char why[200];
	struct perf_script_rows rows = { .globs = "irq.*,exec.spawn" };
	(void)state;

	add_launch("1", "heap");
	add_launch("2", "window");
	for (int i = 1; i <= 2; i++) {
		const char *launch = i == 1 ? "1" : "2";

		add(launch, "irq.entry.user", "sample", "a", 1);
		add(launch, "exec.spawn", "sample", "a", 1);
		add(launch, "exec.spawn.cold", "sample", "a", 1);
	}
	assert_int_equal(perf_script_write(db, folder, &rows), 4);
	assert_non_null(content("heap", "irq.entry.user-0"));
	assert_null(content("heap", "exec.spawn.cold-0"));
	remove_tree("perf-script");
	assert_int_equal(strategy_parse("window", &strategy, why, sizeof why), 0);
	assert_int_equal(strategy_list_add(&window, &strategy), 0);
	rows.strategies = &window;
	assert_int_equal(perf_script_write(db, folder, &rows), 2);
	assert_null(content("heap", "irq.entry.user-0"));
	rows.globs = "tlb.*";
	assert_int_equal(perf_script_write(db, folder, &rows), 0);
	remove_tree("perf-script");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(samples_are_written_as_perf_does, make_database,
		                                remove_files),
		cmocka_unit_test_setup_teardown(samples_add_up, make_database, remove_files),
		cmocka_unit_test_setup_teardown(rows_are_chosen, make_database, remove_files),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
