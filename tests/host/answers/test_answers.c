/* SPDX-License-Identifier: MIT */
/*
 * Tests the answers. An answer states an order of strategies, the causes of a difference, or the
 * break-even points of TLB flushes. An answer must state what the results decide, and must leave
 * the rest open.
 */
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

/*
 * Computes the answers. Requires that there is exactly one, and returns it. The database must
 * therefore have results for only one question.
 */
static const struct answer *the_answer(void)
{
	answers_free(&answers);
	assert_int_equal(answers_read(db, &answers), 0);
	assert_int_equal(answers.count, 1);
	return &answers.answer[0];
}

static const struct answer_strategy *of(const struct answer *answer, const char *name)
{
	for (size_t i = 0; i < answer->count; i++)
		if (strcmp(answer->strategy[i].name, name) == 0)
			return &answer->strategy[i];
	fail_msg("%s is not in the answer", name);
	return NULL;
}

static void more_is_decided_and_has_a_cause(void **state)
{
	const struct answer *answer;
	const struct answer_strategy *window;
	(void)state;

	heap_and_window();
	answer = the_answer();
	assert_string_equal(answers.view->name, "bochs-cycles");
	assert_int_equal(answer->least, 0);
	assert_string_equal(answer->strategy[0].name, "heap");
	assert_float_equal(answer->strategy[0].low, 711000, 1e-6);
	assert_float_equal(answer->strategy[0].high, 948000, 1e-6);
	window = of(answer, "window");
	assert_int_equal(window->order, ANSWER_MORE);
	assert_float_equal(window->ratio, 1.1, 1e-9);
	assert_float_equal(window->ratio_low, 1.08, 1e-9);
	assert_float_equal(window->ratio_high, 1.13, 1e-9);
	assert_int_equal(window->parts, 1);
	assert_string_equal(window->part[0].what, "INVLPG");
	assert_float_equal(window->part[0].more, 58000, 1e-6);
	assert_string_equal(answers_cause(answer, window, 11, text), "INVLPG 73 %");
	assert_string_equal(answers_cause(answer, window, 10, text), "");
	assert_string_equal(answers_sentence(&answers, answer, text),
	                    "To start a program of 16 MiB, heap is fastest: 790 k modelled cycles (711 k to "
	                    "948 k).");
	assert_string_equal(
	        answers_more_sentence(answer, window, text),
	        "window needs 1.10 times as many [1.08 to 1.13], 79 k more: 58 k for INVLPG, 21 k "
	        "for the rest.");
}

/* An order is stated only if it holds with the model's low, nominal and high parameters. */
static void one_parameter_set_leaves_it_open(void **state)
{
	static const char *const metrics[] = { "cycles_low", "cycles_nominal", "cycles_high" };
	(void)state;

	heap_and_window();
	for (int i = 0; i < 3; i++) {
		char sql[200];

		execute("UPDATE comparisons SET ci_low = 1.05 WHERE a = 'window'");
		snprintf(sql, sizeof sql,
		         "UPDATE comparisons SET ci_low = 0.99 WHERE a = 'window' AND metric = '%s'",
		         metrics[i]);
		execute(sql);
		assert_int_equal(of(the_answer(), "window")->order, ANSWER_OPEN);
		assert_float_equal(of(the_answer(), "window")->ratio_low, 0.99, 1e-9);
		assert_int_equal(of(the_answer(), "window")->parts, 0);
	}
	assert_int_equal(answers.answer[0].with[ANSWER_OPEN], 1);
	assert_string_equal(answers_sentence(&answers, &answers.answer[0], text),
	                    "To start a program of 16 MiB, heap needs 790 k modelled cycles (711 k to 948 "
	                    "k); not decided "
	                    "whether window needs more.");
	assert_string_equal(answers_more_sentence(&answers.answer[0], of(&answers.answer[0], "window"), text),
	                    "window needs 1.10 times as many [0.99 to 1.13]: not decided.");
}

static void few_rounds_decide_nothing(void **state)
{
	(void)state;
	heap_and_window();
	execute("UPDATE comparisons SET flags = 'few'");
	assert_int_equal(of(the_answer(), "window")->order, ANSWER_OPEN);
	execute("DELETE FROM comparisons");
	assert_int_equal(of(the_answer(), "window")->order, ANSWER_OPEN);
	assert_float_equal(of(the_answer(), "window")->ratio, 0, 0);
	assert_string_equal(answers_more_sentence(&answers.answer[0], of(&answers.answer[0], "window"), text),
	                    "window is not compared.");
}

static void the_same_is_said_to_be_the_same(void **state)
{
	const struct answer *answer;
	(void)state;

	for (int i = 0; i < 3; i++) {
		static const char *const names[] = { "heap", "window", "random" };

		cycles(names[i], "irq.entry.user", 0, i ? 218 : 240.5);
	}
	ratios("irq.entry.user", 0, "random", "window", 1, 1, 1, "exact");
	ratios("irq.entry.user", 0, "heap", "window", 1.1, 1.1, 1.1, "exact");
	ratios("irq.entry.user", 0, "heap", "random", 1.1, 1.1, 1.1, "exact");
	answer = the_answer();
	assert_string_equal(answer->strategy[answer->least].name, "window");
	assert_int_equal(of(answer, "random")->order, ANSWER_SAME);
	assert_int_equal(of(answer, "heap")->order, ANSWER_MORE);
	assert_string_equal(answers_sentence(&answers, answer, text),
	                    "To enter an IRQ's handler from user mode, window and random are fastest: "
	                    "218 modelled cycles (196 to 262).");
	assert_string_equal(answers_more_sentence(answer, of(answer, "heap"), text),
	                    "heap needs 1.10 times as many, 23 more.");
	execute("DELETE FROM summary WHERE strategy = 'heap'");
	assert_non_null(
	        strstr(answers_sentence(&answers, the_answer(), text), "all 2 strategies need the same"));
	execute("DELETE FROM summary WHERE strategy = 'random'");
	assert_string_equal(answers_sentence(&answers, the_answer(), text),
	                    "To enter an IRQ's handler from user mode, window needs 218 modelled "
	                    "cycles (196 to 262).");
}

/* A part of the cycles is named as a cause only if its own difference is decided and not small. */
static void only_decided_parts_are_named(void **state)
{
	const struct answer_strategy *window;
	(void)state;

	heap_and_window();
	series("bochs", "heap", "exec.spawn", 16 * MIB, "due_data", 90000, 80000, 125000, "");
	series("bochs", "window", "exec.spawn", 16 * MIB, "due_data", 120000, 85000, 130000, "");
	exact("heap", "exec.spawn", 16 * MIB, "due_rings", 100);
	exact("window", "exec.spawn", 16 * MIB, "due_rings", 7000);
	window = of(the_answer(), "window");
	assert_int_equal(window->parts, 1);
	assert_string_equal(window->part[0].what, "INVLPG");

	comparison("bochs", "exec.spawn", 16 * MIB, "due_data", "window", "heap", 1.3, 1.01, 1.5, "");
	window = of(the_answer(), "window");
	assert_int_equal(window->parts, 2);
	assert_string_equal(answers_cause(&answers.answer[0], window, 29, text),
	                    "INVLPG 73 %, data misses 38 %");
	assert_string_equal(answers_cause(&answers.answer[0], window, 28, text), "INVLPG 73 %");
	/* The two named parts exceed the difference, so the sum of the other parts is negative. */
	assert_string_equal(
	        answers_more_sentence(&answers.answer[0], window, text),
	        "window needs 1.10 times as many [1.08 to 1.13], 79 k more: 58 k for INVLPG, 30 k "
	        "for data cache misses, 9 k fewer for the rest.");
}

/* One part of a difference can be larger than the whole difference, if another part is negative. */
static void parts_may_take_away(void **state)
{
	const struct answer *answer;
	(void)state;
	heap_and_window();
	execute("UPDATE summary SET median = 90600, ci_low = 90600, ci_high = 90600 WHERE strategy = 'window'"
	        " AND metric = 'due_flushes'");
	exact("heap", "exec.spawn", 16 * MIB, "due_strings", 41000);
	exact("window", "exec.spawn", 16 * MIB, "due_strings", 30000);
	answer = the_answer();
	assert_string_equal(answers_cause(answer, of(answer, "window"), SIZE_MAX, text),
	                    "INVLPG 114 %, rest -14 %");
	assert_string_equal(answers_cause(answer, of(answer, "window"), 23, text), "INVLPG 114 %");
	assert_string_equal(
	        answers_more_sentence(answer, of(answer, "window"), text),
	        "window needs 1.10 times as many [1.08 to 1.13], 79 k more: 90 k for INVLPG, 11 k "
	        "fewer for REP MOVS and STOS.");
	execute("UPDATE summary SET median = 9 WHERE metric = 'cr3_writes'  AND strategy = 'window'");
	assert_string_equal(of(the_answer(), "window")->part[0].what, "TLB flushes");
}

static void only_what_was_asked_for_is_compared(void **state)
{
	(void)state;
	heap_and_window();
	cycles("heap-sw+direct+shared", "exec.spawn", 16 * MIB, 500000);
	assert_int_equal(the_answer()->count, 3);
	execute("INSERT INTO environment VALUES ('run.strategies', 'heap,window')");
	assert_int_equal(the_answer()->count, 2);
	assert_string_equal(answers.answer[0].strategy[answers.answer[0].least].name, "heap");
	execute("UPDATE summary SET flags = 'check-failed' WHERE strategy = 'heap'");
	assert_int_equal(the_answer()->count, 1);
}

/* The answers use times if there are any, otherwise modelled cycles, and otherwise counts. */
static void views_have_an_order(void **state)
{
	(void)state;
	assert_int_equal(answers_read(db, &answers), 0);
	assert_null(answers.view);
	assert_int_equal(answers.count, 0);
	exact("heap", "exec.spawn", 4 * KIB, "instructions", 2500);
	exact("heap", "exec.spawn", 4 * KIB, "work", 4500);
	exact("window", "exec.spawn", 4 * KIB, "instructions", 3000);
	exact("window", "exec.spawn", 4 * KIB, "work", 5000);
	comparison("bochs", "exec.spawn", 4 * KIB, "work", "window", "heap", 1.11, 1.11, 1.11, "exact");
	assert_string_equal(the_answer()->metric, "work");
	assert_string_equal(answers_sentence(&answers, the_answer(), text),
	                    "To start a program of 4 KiB, heap needs the least: 4,500 instructions and REP "
	                    "rounds.");
	assert_string_equal(answers_more_sentence(&answers.answer[0], of(&answers.answer[0], "window"), text),
	                    "window needs 1.11 times as many, 500 more, all for instructions.");
	cycles("heap", "exec.spawn", 4 * KIB, 9000);
	assert_string_equal(the_answer()->metric, "cycles_nominal");
	series("kvm", "heap", "exec.spawn", 4 * KIB, "tsc", 8000, 7900, 8100, "");
	assert_string_equal(the_answer()->unit, "TSC ticks");
	assert_float_equal(the_answer()->strategy[0].low, 7900, 0);
}

static void flush(const char *strategy, long long pages, double invlpg, double refill)
{
	cycles(strategy, "tlb.invlpg", pages, invlpg);
	cycles(strategy, "tlb.refill", pages, refill);
}

static void crossings_need_intervals_apart(void **state)
{
	(void)state;
	cycles("window", "tlb.cr3", 0, 200);
	flush("window", 1, 100, 220);
	flush("window", 2, 200, 230);
	flush("window", 4, 400, 250);
	flush("window", 8, 800, 270);
	assert_int_equal(answers_read(db, &answers), 0);
	assert_int_equal(answers.flush.count, 4);
	assert_float_equal(answers.flush.cr3, 200, 0);
	assert_float_equal(answers.flush.row[3].invlpg, 800, 0);
	assert_float_equal(answers.flush.row[3].refill, 270, 0);
	assert_int_equal(answers.flush.alone.up_to, 1); /* for 2 pages, both ways cost 200 */
	assert_int_equal(answers.flush.alone.from, 4);
	assert_int_equal(answers.flush.refill.up_to, 2);
	assert_int_equal(answers.flush.refill.from, 4);
	assert_string_equal(
	        answers_flush_sentence(&answers, text),
	        "One CR3 load costs less than INVLPG of each page from 4 pages on, more up to 1 page (not "
	        "decided for 2 pages); with a read of each page after it, from 4 pages on, more up to 2 "
	        "pages.");
	answers_free(&answers);
	execute("UPDATE summary SET median = 90, ci_low = 90, ci_high = 90 WHERE benchmark = 'tlb.refill'");
	assert_int_equal(answers_read(db, &answers), 0);
	assert_string_equal(
	        answers_flush_sentence(&answers, text),
	        "One CR3 load costs less than INVLPG of each page from 4 pages on, more up to 1 page (not "
	        "decided for 2 pages); with a read of each page after it, from 2 pages on (not decided for "
	        "1 page).");
	answers_free(&answers);
	execute("UPDATE summary SET ci_low = 1, ci_high = 2000 WHERE benchmark = 'tlb.refill'");
	assert_int_equal(answers_read(db, &answers), 0);
	assert_non_null(strstr(answers_flush_sentence(&answers, text),
	                       "that is not decided for any number of pages"));
	answers_free(&answers);
	execute("DELETE FROM summary");
	cycles("window", "tlb.cr3", 0, 200);
	flush("window", 1, 100, 220);
	flush("window", 2, 200, 230);
	flush("window", 4, 400, 250);
	flush("window", 8, 800, 270);

	execute("UPDATE summary SET flags = 'few,net'");
	assert_int_equal(answers_read(db, &answers), 0);
	assert_int_equal(answers.flush.alone.up_to, 0);
	assert_int_equal(answers.flush.alone.from, 0);
	assert_int_equal(answers.flush.refill.from, 0);
	answers_free(&answers);
	execute("UPDATE summary SET flags = 'net'");

	/* Another strategy, or another parameter set, may leave open which flush is cheaper. */
	flush("heap", 4, 255, 250);
	assert_int_equal(answers_read(db, &answers), 0);
	assert_int_equal(answers.flush.refill.from, 8);
	answers_free(&answers);
	execute("DELETE FROM summary WHERE strategy = 'heap'");
	execute("UPDATE summary SET ci_low = 200 WHERE metric = 'cycles_high' AND parameter = 8");
	assert_int_equal(answers_read(db, &answers), 0);
	assert_int_equal(answers.flush.refill.from, 0);
	assert_non_null(strstr(answers_flush_sentence(&answers, text),
	                       "is not decided to cost less than INVLPG of each page, whatever"));
	execute("UPDATE summary SET ci_high = 9000 WHERE benchmark = 'tlb.cr3'");
	answers_free(&answers);
	assert_int_equal(answers_read(db, &answers), 0);
	assert_string_equal(
	        answers_flush_sentence(&answers, text),
	        "One CR3 load is not decided to cost less than INVLPG of each page, whatever their "
	        "number, more up to 1 page; with a read of each page after it, it is not decided to "
	        "cost less than INVLPG of each page, whatever their number, more up to 2 pages.");
	answers_free(&answers);
}

/* INVLPG and a CR3 load count as one instruction each, so counts do not show which costs more. */
static void counts_do_not_say_what_a_flush_costs(void **state)
{
	(void)state;
	exact("heap", "tlb.invlpg", 4, "instructions", 17);
	exact("heap", "tlb.cr3", 0, "instructions", 1);
	assert_int_equal(answers_read(db, &answers), 0);
	assert_int_equal(answers.flush.count, 0);
	assert_string_equal(answers_flush_sentence(&answers, text), "");
}

/* Ratios that differ have a third decimal if they would look equal with two. */
static void different_ratios_look_different(void **state)
{
	static const struct {
		double window, random;
		const char *of_window, *of_random;
	} cases[] = {
		{ 1.172, 1.174, "1.172 [0.900..1.500]", "1.174 [0.900..1.500]" },
		{ 1.172, 1.172, "1.17 [0.90..1.50]", "1.17 [0.90..1.50]" },
		{ 1.172, 1.181, "1.17 [0.90..1.50]", "1.18 [0.90..1.50]" },
		{ 1.0041, 1.2, "1.004 [0.900..1.500]", "1.20 [0.90..1.50]" },
		{ 1.17201, 1.17202, "1.172 [0.900..1.500]", "1.172 [0.900..1.500]" },
	};
	(void)state;

	cycles("heap", "exec.spawn", 4 * KIB, 1000);
	cycles("window", "exec.spawn", 4 * KIB, 1100);
	cycles("random", "exec.spawn", 4 * KIB, 1200);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		execute("DELETE FROM comparisons");
		ratios("exec.spawn", 4 * KIB, "window", "heap", cases[i].window, 0.9, 1.5, "");
		ratios("exec.spawn", 4 * KIB, "random", "heap", cases[i].random, 0.9, 1.5, "");
		the_answer();
		assert_string_equal(answers_ratio(of(&answers.answer[0], "window"), text),
		                    cases[i].of_window);
		assert_string_equal(answers_ratio(of(&answers.answer[0], "random"), text),
		                    cases[i].of_random);
	}
}

/*
 * A ratio is printed with its interval. Both have enough decimals to show on which side of 1 each
 * end of the interval is.
 */
static void ratios_show_their_side_of_1(void **state)
{
	static const struct {
		enum answer_order order;
		double ratio, low, high;
		const char *text;
	} cases[] = {
		{ ANSWER_MORE, 1.1, 1.08, 1.13, "1.10 [1.08..1.13]" },
		{ ANSWER_MORE, 1.0052, 1.0041, 1.008, "1.005 [1.004..1.008]" },
		{ ANSWER_MORE, 1.1, 1.1, 1.1, "1.10" },
		{ ANSWER_OPEN, 1.02, 0.998, 1.03, "1.020 [0.998..1.030]" },
		{ ANSWER_OPEN, 0.99, 0.95, 1.001, "0.990 [0.950..1.001]" },
		{ ANSWER_OPEN, 1.02, 1, 1.03, "1.02 [1..1.03]" },
		{ ANSWER_OPEN, 1.02, 0.99999, 1.03, "1.020 [1.000..1.030]" },
		{ ANSWER_SAME, 1, 1, 1, "1" },
		{ ANSWER_LEAST, 1, 1, 1, "1" },
		{ ANSWER_OPEN, 0, 0, 0, "-" },
	};
	(void)state;

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct answer_strategy strategy = { .order = cases[i].order,
			                                  .ratio = cases[i].ratio,
			                                  .ratio_low = cases[i].low,
			                                  .ratio_high = cases[i].high };
		char ratio[NUMBER_TEXT_MAX];

		assert_string_equal(answers_ratio(&strategy, ratio), cases[i].text);
	}
}

static void numbers_have_about_four_digits(void **state)
{
	static const struct {
		double value, like;
		const char *text;
	} cases[] = {
		{ 0, 0, "0" },
		{ 7.25, 7.25, "7.3" },
		{ 31, 31, "31" },
		{ 123.5, 123.5, "124" },
		{ 12345.4, 12345.4, "12,345" },
		{ 99999, 99999, "99,999" },
		{ 812345, 812345, "812 k" },
		{ 99999, 812345, "100 k" },
		{ 8123456, 8123456, "8,123 k" },
		{ 212345678, 212345678, "212 M" },
	};
	char number[NUMBER_TEXT_MAX];
	(void)state;

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_string_equal(answers_number(cases[i].value, cases[i].like, number), cases[i].text);
}

int main(void)
{
#define IN_A_DATABASE(test) cmocka_unit_test_setup_teardown(test, make_database, remove_files)
	const struct CMUnitTest tests[] = {
		IN_A_DATABASE(more_is_decided_and_has_a_cause),
		IN_A_DATABASE(one_parameter_set_leaves_it_open),
		IN_A_DATABASE(few_rounds_decide_nothing),
		IN_A_DATABASE(the_same_is_said_to_be_the_same),
		IN_A_DATABASE(only_decided_parts_are_named),
		IN_A_DATABASE(parts_may_take_away),
		IN_A_DATABASE(only_what_was_asked_for_is_compared),
		IN_A_DATABASE(views_have_an_order),
		IN_A_DATABASE(crossings_need_intervals_apart),
		IN_A_DATABASE(counts_do_not_say_what_a_flush_costs),
		IN_A_DATABASE(different_ratios_look_different),
		cmocka_unit_test(ratios_show_their_side_of_1),
		cmocka_unit_test(numbers_have_about_four_digits),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
