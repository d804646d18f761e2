/* SPDX-License-Identifier: MIT */
/* Tests the verdict on a topic: the sentences that sum up its answers. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "bench/host/answers/answers.h"
#include "tests/host/answers/made_up.h"

#define KIB 1024LL
#define MIB (1024 * KIB)

static struct answers answers;
static char text[ANSWER_TEXT_MAX];

static void compute(void)
{
	answers_free(&answers);
	assert_int_equal(answers_read(db, &answers), 0);
}

/*
 * The verdict on a topic has a part for each outcome. A part lists the names of the answers with
 * that outcome, such as "4 KiB", and gives the lowest number and the ratios of each.
 */
static void a_verdict_sums_up_a_topic(void **state)
{
	static const long long sizes[] = { 4 * KIB, 64 * KIB, MIB, 16 * MIB };
	(void)state;

	for (int i = 0; i < 4; i++) {
		cycles("heap", "exec.spawn", sizes[i], 1000);
		cycles("window", "exec.spawn", sizes[i], 1100 + 100 * i);
		ratios("exec.spawn", sizes[i], "window", "heap", 1.1 + 0.1 * i, 1.05, 1.5, "differs");
	}
	cycles("heap", "irq.entry.user", 0, 300);
	compute();
	assert_string_equal(
	        answers_verdict(&answers, ANSWER_EXEC, text),
	        "heap is fastest for 4 KiB (1,000 modelled cycles; window needs 1.10 times as many), 64 KiB "
	        "(1,000; window 1.20), 1 MiB (1,000; window 1.30) and 16 MiB (1,000; window 1.40).");
	assert_string_equal(answers_verdict(&answers, ANSWER_IRQ, text),
	                    "only heap was measured for IRQ entry from user mode (300 modelled cycles).");
	assert_string_equal(answers_verdict(&answers, ANSWER_SWITCH, text), "");
	execute("UPDATE comparisons SET ci_low = 0.9 WHERE a = 'window' AND parameter = 65536");
	execute("UPDATE comparisons SET ratio = 1, ci_low = 1, ci_high = 1 WHERE parameter = 1048576");
	compute();
	assert_string_equal(
	        answers_verdict(&answers, ANSWER_EXEC, text),
	        "heap is fastest for 4 KiB (1,000 modelled cycles; window needs 1.10 times as many) and 16 "
	        "MiB (1,000; window 1.40); it is not decided which strategy is fastest for 64 KiB; all "
	        "strategies need the same for 1 MiB (1,000 modelled cycles).");
}

/* If many strategies are equally fast, the verdict names one and gives the number of the others. */
static void a_verdict_is_short(void **state)
{
	char name[8] = "a+b";
	(void)state;

	cycles("heap", "irq.entry.user", 0, 400);
	for (; *name < 'f'; ++*name) {
		cycles(name, "irq.entry.user", 0, 300);
		ratios("irq.entry.user", 0, name, "a+b", 1, 1, 1, "exact");
		ratios("irq.entry.user", 0, "heap", name, 1.33, 1.33, 1.33, "exact");
	}
	compute();
	assert_string_equal(
	        answers_verdict(&answers, ANSWER_IRQ, text),
	        "a+b and 4 others are fastest for IRQ entry from user mode (300 modelled cycles; heap needs "
	        "1.33 times as many).");
}

/* If many strategies need more, the verdict has the range of their ratios. */
static void a_verdict_has_the_range_of_many(void **state)
{
	char name[8] = "a+b";
	double value = 300;
	(void)state;

	cycles("heap", "exec.spawn", 4 * KIB, value);
	cycles("heap", "exec.spawn", 64 * KIB, value);
	for (; *name < 'f'; ++*name) {
		value += 30;
		cycles(name, "exec.spawn", 4 * KIB, value);
		ratios("exec.spawn", 4 * KIB, name, "heap", value / 300, 1.05, 2, "differs");
		cycles(name, "exec.spawn", 64 * KIB, 600);
		ratios("exec.spawn", 64 * KIB, name, "heap", 2, 1.9, 2.1, "differs");
	}
	compute();
	assert_string_equal(
	        answers_verdict(&answers, ANSWER_EXEC, text),
	        "heap is fastest for 4 KiB (300 modelled cycles; the others need 1.10 to 1.50 times as "
	        "many) and 64 KiB (300; the others 2.00).");
}

/*
 * The verdict names the largest cause of each answer. If INVLPG is the largest, it also says what a
 * load with one CR3 load needs.
 */
static void a_verdict_names_causes(void **state)
{
	(void)state;
	heap_and_window();
	cycles("heap", "exec.spawn", 4 * KIB, 1000);
	cycles("window", "exec.spawn", 4 * KIB, 1100);
	ratios("exec.spawn", 4 * KIB, "window", "heap", 1.1, 1.08, 1.13, "differs");
	exact("heap", "exec.spawn", 4 * KIB, "due_strings", 10);
	exact("window", "exec.spawn", 4 * KIB, "due_strings", 80);
	cycles("heap", "exec.load", 4 * KIB, 1000);
	cycles("window", "exec.load.flush_cr3", 4 * KIB, 2000);
	compute();
	assert_non_null(strstr(answers_verdict(&answers, ANSWER_EXEC, text),
	                       "window 1.10). The largest part of what the others need more is REP MOVS and "
	                       "STOS for 4 KiB; INVLPG of each page for 16 MiB."));
	assert_null(strstr(text, "CR3 load"));
	cycles("heap", "exec.load", 16 * MIB, 700000);
	cycles("window", "exec.load.flush_cr3", 16 * MIB, 721000);
	compute();
	assert_non_null(strstr(answers_verdict(&answers, ANSWER_EXEC, text),
	                       "for 16 MiB. With one CR3 load in place of these INVLPGs "
	                       "(exec.load.flush_cr3), window loads 16 MiB in 1.03 times what heap needs "
	                       "(medians; claim 5 has intervals)."));
}

/* A build that differs in STACK alone shows how many instructions of an entry switch stacks. */
static void a_verdict_has_the_stack_switch(void **state)
{
	(void)state;
	cycles("heap", "irq.entry.user", 0, 362);
	exact("heap", "irq.entry.user", 0, "instructions", 23);
	series("image", "heap", "irq.entry.user", 0, "rsp_writes", 1, 1, 1, "exact");
	exact("other", "irq.entry.user", 0, "instructions", 14);
	series("image", "other", "irq.entry.user", 0, "rsp_writes", 0, 0, 0, "exact");
	execute("INSERT INTO environment VALUES ('run.strategies', 'heap')");
	execute("UPDATE summary SET loader = 'l', isolation = 'i'");
	compute();
	assert_non_null(strstr(answers_verdict(&answers, ANSWER_IRQ, text),
	                       " Of the 23 instructions of heap from the interrupt in user mode to its "
	                       "handler, 9 switch stacks: other, which differs in STACK alone, takes 14."));
	execute("UPDATE summary SET loader = 'another' WHERE strategy = 'other'");
	compute();
	assert_null(strstr(answers_verdict(&answers, ANSWER_IRQ, text), "STACK"));
	execute("UPDATE summary SET loader = 'l', flags = 'net' WHERE metric = 'instructions'");
	compute();
	assert_null(strstr(answers_verdict(&answers, ANSWER_IRQ, text), "STACK"));
	execute("UPDATE summary SET flags = 'exact'; UPDATE summary SET median = 1 WHERE metric = "
	        "'rsp_writes'");
	compute();
	assert_null(strstr(answers_verdict(&answers, ANSWER_IRQ, text), "STACK"));
}

int main(void)
{
#define IN_A_DATABASE(test) cmocka_unit_test_setup_teardown(test, make_database, remove_files)
	const struct CMUnitTest tests[] = {
		IN_A_DATABASE(a_verdict_sums_up_a_topic),       IN_A_DATABASE(a_verdict_is_short),
		IN_A_DATABASE(a_verdict_has_the_range_of_many), IN_A_DATABASE(a_verdict_names_causes),
		IN_A_DATABASE(a_verdict_has_the_stack_switch),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
