/* SPDX-License-Identifier: MIT */
/* Tests the screen that a run ends with: its size, its rows, and what is left out of it. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "bench/host/terminal/screen.h"
#include "tests/host/answers/made_up.h"

#define KIB 1024LL
#define MIB (1024 * KIB)

static char text[16384];

/* Prints the screen as on a terminal of this width. Returns true if there was anything to show. */
static bool shown(size_t width, bool colour)
{
	char *memory = NULL;
	size_t size = 0;
	struct terminal terminal = { .out = open_memstream(&memory, &size),
		                     .width = width,
		                     .colour = colour };
	bool any;

	assert_non_null(terminal.out);
	any = screen_print(db, "/results/of-a-run", &terminal);
	fclose(terminal.out);
	snprintf(text, sizeof text, "%s", memory);
	free(memory);
	return any;
}

static bool says(const char *what)
{
	return strstr(text, what) != NULL;
}

static unsigned count(const char *what)
{
	unsigned n = 0;

	for (const char *at = text; (at = strstr(at, what)); at++)
		n++;
	return n;
}

/* Returns the length of the longest line in bytes. The text must be ASCII without colours. */
static size_t longest_line(void)
{
	size_t most = 0;

	for (const char *at = text; *at; at += strcspn(at, "\n"), at += *at == '\n')
		most = strcspn(at, "\n") > most ? strcspn(at, "\n") : most;
	return most;
}

static const struct {
	const char *benchmark;
	long long parameter;
} questions[] = { { "exec.spawn", 4 * KIB },   { "exec.spawn", 64 * KIB }, { "exec.spawn", MIB },
	          { "exec.spawn", 16 * MIB },  { "irq.entry.user", 0 },    { "irq.entry.kernel", 0 },
	          { "irq.roundtrip.user", 0 }, { "switch.pingpong", 0 },   { "switch.pingpong", 256 } };

/* Adds results of all questions; strategy i of the list takes 10 % more than the one before it. */
static void measure(const char *const names[], size_t strategies)
{
	for (size_t q = 0; q < sizeof questions / sizeof questions[0]; q++) {
		const char *benchmark = questions[q].benchmark;
		const long long parameter = questions[q].parameter;
		double value = 1000 + (double)parameter;

		for (size_t i = 0; i < strategies; i++, value *= 1.1) {
			double ratio = value / (1000 + (double)parameter);

			cycles(names[i], benchmark, parameter, value);
			exact(names[i], benchmark, parameter, "due_data", 10 + value * 0.9);
			if (i > 0)
				ratios(benchmark, parameter, names[i], names[0], ratio, ratio - 0.01,
				       ratio + 0.01, "differs");
		}
	}
	execute("UPDATE environment SET value = 'skylake-client' WHERE key = 'run.profile';"
	        "INSERT INTO launches (engine, strategy, stack, loader, isolation, cpus, memory, round, "
	        "bench,"
	        " state) SELECT 'bochs', 'x', '', '', '', 1, 512, value, '*', 'complete' FROM"
	        " (WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n LIMIT 7)"
	        " SELECT value FROM n)");
}

static void flushes(const char *strategy)
{
	cycles(strategy, "tlb.cr3", 0, 200);
	for (long long pages = 1; pages <= 1024; pages *= 2) {
		cycles(strategy, "tlb.invlpg", pages, 215.0 * (double)pages);
		cycles(strategy, "tlb.refill", pages, 240.0 + 90 * (double)pages);
	}
}

static void claims(void)
{
	execute("WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n LIMIT 40)"
	        " INSERT INTO claims (id, verdict, evidence, name) SELECT id, CASE id % 4 WHEN 0 THEN "
	        "'confirmed'"
	        " WHEN 1 THEN 'refuted' WHEN 2 THEN 'inconclusive' ELSE 'not measured' END, 'e',"
	        " 'a claim of four words' FROM n");
}

static const char *const presets[] = { "heap", "window", "random" };

static void a_full_run_fits(void **state)
{
	(void)state;
	measure(presets, 3);
	flushes("heap");
	claims();
	for (size_t width = 0; width <= 200; width += 40) {
		assert_true(shown(width, false));
		assert_in_range(count("\n"), 38, SCREEN_LINES);
		assert_in_range(longest_line(), 60, width == 80 || width == 40 ? 80 : SCREEN_COLUMNS);
		assert_true(says("start a program") && says("interrupt") && says("TLB flush") &&
		            says("16 context switches"));
		assert_true(says("  4 KiB       heap ") && says("  16 MiB ") && says("  from user "));
		/* The least important questions, those of the highest ranks, do not fit. */
		assert_false(says("  64 KiB "));
	}
	shown(80, false);
	assert_true(says(" 5,606  1.10 [1.09..1.11]  data misses 90 %\n"));
	shown(100, false);
	assert_true(says("3 strategies on bochs, 7 rounds; modelled cycles (an unknown"));
	assert_true(says(" 5,096      4,586 - 6,115  1                  fastest\n"));
	assert_true(says(" 5,606      5,045 - 6,727  1.10 [1.09..1.11]  data misses 90 %\n"));
	assert_true(says(
	        "heap: stack per task, load via CR3; window: fixed stack, map + INVLPG per page; random: "));
	assert_true(says(
	        "\nratio to lowest, median of rounds [95 % interval, rounds and parameters]: decided if"));
	assert_true(says("\ninterrupt; from user: IRQ entry from user mode\n"));
	assert_true(says("10 confirmed, 10 refuted, 10 inconclusive, 10 not measured"));
	assert_true(says("refuted, from design notes (docs/claims.md): 1 a claim of four words, 5 a"));
	assert_true(says("results   /results/of-a-run: report.html, tables.txt, comparisons.csv\n"));
	assert_true(says(
	        "One CR3 load costs less than INVLPG of each page from 1 page on; with a read of each page"));
	assert_true(says("\nTLB flush        pages      1      2      4      8     16     32     64    128   "
	                 " 256    512  "
	                 "1,024\n"));
	assert_true(says("  one CR3 load            200    200 "));
	shown(80, false);
	assert_true(says("pages      1      2      4     16     64    256  1,024\n"));
}

/*
 * If not all strategies fit, the screen shows the presets, and the strategies that need the least
 * and the most.
 */
static void of_many_strategies_some_are_chosen(void **state)
{
	static const char *const names[] = { "fixed-ist+self+shared",
		                             "heap",
		                             "window",
		                             "random",
		                             "best",
		                             "fixed-rsp0+direct+shared",
		                             "heap-rsp0+window+shared",
		                             "heap-sw+direct+bouncing" };
	(void)state;

	measure(names, 8);
	flushes("heap");
	claims();
	for (size_t width = 80; width <= 100; width += 20) {
		assert_true(shown(width, false));
		assert_in_range(count("\n"), 38, SCREEN_LINES);
		assert_in_range(longest_line(), 60, width);
		assert_true(says("each block has some of the strategies: least, most, presets"));
		assert_true(says("start a program") && says("interrupt") && says("16 context switches"));
		assert_true(count(" heap ") > 3);
		assert_true(count(" fixed-ist+self ") > 0 && count(" heap-sw+direct+bouncing ") > 0);
		assert_int_equal(count("fixed-rsp0+direct"), 0);
	}
	assert_true(says("1.95 [1.94..1.96]"));
}

/* The screen must be nearly full, and not too large, for any number of strategies. */
static void any_number_of_strategies_fits(void **state)
{
	static const char *const names[] = { "heap",       "window",     "random",
		                             "best",       "a+b+shared", "c+d+shared",
		                             "e+f+shared", "g+h+shared", "i+j+shared" };
	(void)state;

	flushes("heap");
	claims();
	for (size_t i = 1; i <= sizeof names / sizeof names[0]; i++) {
		execute("DELETE FROM summary WHERE benchmark NOT LIKE 'tlb%'; DELETE FROM comparisons");
		measure(names, i);
		execute("UPDATE summary SET flags = 'unstable'");
		for (size_t width = 80; width <= 100; width += 20) {
			assert_true(shown(width, false));
			assert_in_range(count("\n"), i == 1 ? 30 : 40, SCREEN_LINES);
			assert_in_range(longest_line(), 60, width);
			assert_true(says("start a program") && says("interrupt") &&
			            says("16 context switches"));
		}
	}
}

/*
 * Several strategies may need as little as the fastest. The screen must say how many of these it
 * leaves out.
 */
static void the_same_that_are_left_out_are_counted(void **state)
{
	char name[40];
	(void)state;

	cycles("heap", "irq.entry.user", 0, 240);
	for (char i = 'a'; i < 'k'; i++) {
		snprintf(name, sizeof name, "%c+direct+shared", i);
		cycles(name, "irq.entry.user", 0, 200);
		if (i > 'a')
			ratios("irq.entry.user", 0, name, "a+direct+shared", 1, 1, 1, "exact");
	}
	ratios("irq.entry.user", 0, "heap", "a+direct+shared", 1.2, 1.2, 1.2, "exact");
	assert_true(shown(0, false));
	assert_int_equal(count("the same"), 4);
	assert_true(says("fastest, also for 5 more\n"));
	assert_true(says("heap         240  216 - 288  1.20\n"));
}

static void nothing_is_stated_that_is_not_decided(void **state)
{
	(void)state;
	measure(presets, 3);
	execute("UPDATE comparisons SET ci_low = 0.9");
	assert_true(shown(0, false));
	assert_false(says("fastest") || says("data misses"));
	assert_true(count("not decided") > 10 && count("lowest\n") > 5);
	/*
	 * It is now decided that random needs more than heap. Whether window needs more than heap
	 * is still undecided, so the screen must not call heap the fastest.
	 */
	execute("UPDATE comparisons SET ci_low = 1.05 WHERE a = 'random'");
	assert_true(shown(0, false));
	assert_true(says("data misses") && says("not decided") && says("lowest\n"));
	assert_false(says("fastest"));
	execute("UPDATE comparisons SET ci_low = 1.05, flags = 'few'; DELETE FROM launches WHERE round > 3");
	assert_true(shown(0, false));
	assert_false(says("fastest") || says("data misses"));
	assert_true(count("too few rounds") > 10);
	assert_true(says("ratio to lowest, median of rounds [range, rounds and parameters]: too few rounds "
	                 "to decide an "
	                 "order\n"));
}

static void one_strategy_is_compared_with_none(void **state)
{
	(void)state;
	measure(presets, 1);
	assert_true(shown(0, false));
	assert_true(says("1 strategy on bochs, 7 rounds"));
	assert_false(says("fastest") || says("[range") || says("ratio"));
	assert_true(says("  4 KiB       heap     5,096      4,586 - 6,115\n"));
}

/* Questions that were not measured are left out. If none was measured, nothing is printed. */
static void subsets_have_a_part_of_it(void **state)
{
	(void)state;
	assert_false(shown(0, false));
	assert_string_equal(text, "");
	exact("heap", "syscall.null", 0, "cycles_nominal", 100);
	assert_false(shown(0, false));
	flushes("heap");
	assert_true(shown(0, false));
	assert_true(says("TLB flush"));
	assert_false(says("start a program") || says("interrupt") || says("\nclaims"));
	cycles("heap", "irq.entry.kernel", 0, 100);
	assert_true(shown(0, false));
	assert_true(says("interrupt") && says("from kernel"));
	assert_false(says("  from user "));
}

static void counts_and_time_have_the_same_screen(void **state)
{
	(void)state;
	exact("heap", "exec.spawn", 4 * KIB, "instructions", 2500);
	exact("heap", "exec.spawn", 4 * KIB, "work", 9500);
	exact("window", "exec.spawn", 4 * KIB, "instructions", 3000);
	exact("window", "exec.spawn", 4 * KIB, "work", 10000);
	comparison("bochs", "exec.spawn", 4 * KIB, "work", "window", "heap", 1.05, 1.05, 1.05, "exact");
	exact("heap", "tlb.invlpg", 4, "instructions", 17);
	assert_true(shown(0, false));
	assert_true(says("; counts of instructions, with REP rounds by size; not time"));
	assert_true(says("9,500  1     least\n"));
	assert_true(says("10,000  1.05  instructions 100 %\n"));
	assert_false(says("TLB flush"));
	series("kvm", "heap", "exec.spawn", 4 * KIB, "tsc", 8000, 7900, 8100, "unstable");
	series("kvm", "window", "exec.spawn", 4 * KIB, "tsc", 9000, 8900, 9100, "");
	comparison("kvm", "exec.spawn", 4 * KIB, "tsc", "window", "heap", 1.12, 1.1, 1.15, "differs");
	assert_true(shown(0, false));
	assert_true(says("on kvm, ") && says("ticks of the time stamp counter"));
	assert_true(says("8,000~  7,900 - 8,100  1                  fastest\n"));
	assert_true(says("9,000   8,900 - 9,100  1.12 [1.10..1.15]\n") || says("1.12 [1.10..1.15]\n"));
	assert_true(says("marks     ~ quartiles over 5 % apart\n"));
}

/* The heading of interrupts says how many instructions switch stacks, if there is room. */
static void the_stack_switch_is_in_a_heading(void **state)
{
	(void)state;
	measure(presets, 3);
	exact("heap", "irq.entry.user", 0, "instructions", 23);
	series("image", "heap", "irq.entry.user", 0, "rsp_writes", 1, 1, 1, "exact");
	exact("window", "irq.entry.user", 0, "instructions", 14);
	series("image", "window", "irq.entry.user", 0, "rsp_writes", 0, 0, 0, "exact");
	execute("UPDATE summary SET loader = 'l', isolation = 'i'");
	assert_true(shown(100, false));
	assert_true(
	        says("\ninterrupt; from user: IRQ entry from user mode; 9 of heap's 23 instructions switch "
	             "stacks\n"));
	assert_true(shown(80, false));
	assert_true(says("\ninterrupt; from user: IRQ entry from user mode\n"));
}

static void warnings_are_part_of_it(void **state)
{
	(void)state;
	measure(presets, 3);
	assert_true(shown(0, false));
	assert_false(says("failed") || says("drift") || says("compiler"));
	execute("INSERT INTO checks VALUES (1, 'check', 'exec.spawn', 4096, 0, 'not the file')");
	execute("INSERT INTO drift (flags) VALUES ('drift'), ('')");
	execute("INSERT INTO compilers (place, compiler, version, decided, reversed) VALUES (0, 'gcc-O2', "
	        "'v',"
	        " NULL, NULL), (1, 'clang-O2', 'v', 40, 3)");
	assert_true(shown(0, false));
	assert_true(says("checks    1 failed; their series are not compared\n"));
	assert_true(says("drift     1 series"));
	assert_true(says("clang-O2 (v) reverses 3 of 40 orderings"));
	assert_in_range(count("\n"), 38, SCREEN_LINES);
}

static void colours_are_only_for_terminals(void **state)
{
	(void)state;
	measure(presets, 3);
	assert_true(shown(100, false));
	assert_null(strchr(text, '\033'));
	assert_true(shown(100, true));
	assert_true(says("\033[1mstart a program\033[0m") && says("\033[32mfastest\033[0m"));
}

int main(void)
{
#define IN_A_DATABASE(test) cmocka_unit_test_setup_teardown(test, make_database, remove_files)
	const struct CMUnitTest tests[] = {
		IN_A_DATABASE(a_full_run_fits),
		IN_A_DATABASE(of_many_strategies_some_are_chosen),
		IN_A_DATABASE(any_number_of_strategies_fits),
		IN_A_DATABASE(the_same_that_are_left_out_are_counted),
		IN_A_DATABASE(nothing_is_stated_that_is_not_decided),
		IN_A_DATABASE(one_strategy_is_compared_with_none),
		IN_A_DATABASE(subsets_have_a_part_of_it),
		IN_A_DATABASE(counts_and_time_have_the_same_screen),
		IN_A_DATABASE(the_stack_switch_is_in_a_heading),
		IN_A_DATABASE(warnings_are_part_of_it),
		IN_A_DATABASE(colours_are_only_for_terminals),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
