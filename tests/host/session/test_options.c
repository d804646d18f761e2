/* SPDX-License-Identifier: MIT */
/* Tests the parsing of the command line, and the plan made from it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "bench/host/engine/profiles.h"
#include "bench/host/session/options.h"
#include "bench/host/session/plan.h"

static char why[OPTION_WHY_MAX];

#define PARSE(options, ...) parse(options, (const char *const[]){ "run-bench.sh", __VA_ARGS__, NULL })

static int parse(struct options *options, const char *const words[])
{
	char *argv[32] = { 0 };
	int argc = 0;

	for (; words[argc]; argc++)
		argv[argc] = (char *)words[argc];
	why[0] = '\0';
	return options_parse(options, argc, argv, why);
}

static void defaults(void **state)
{
	struct options options;
	(void)state;

	assert_int_equal(parse(&options, (const char *const[]){ "run-bench.sh", NULL }), 0);
	assert_true(options.engines_auto);
	assert_int_equal(options.engines, 0);
	assert_int_equal(options.strategies.count, 3);
	assert_string_equal(options.strategies.item[0].build, "heap-sw+sandwich+shared");
	assert_string_equal(options.strategies.item[2].name, "random");
	assert_false(options.strategies_given || options.bench_given || options.quick);
	assert_string_equal(options.bench, "*");
	assert_int_equal(options.cpus, 1);
	assert_int_equal(options.seed, 1);
	assert_string_equal(options.profile, PROFILE_DEFAULT);
	assert_null(options.out);
}

/* The cycle model works only on Bochs, where it is used by default. */
static void profile_is_for_bochs(void **state)
{
	struct options options;
	(void)state;

	assert_int_equal(PARSE(&options, "--engine", "tcg,bochs"), 0);
	assert_string_equal(options.profile, PROFILE_DEFAULT);
	assert_int_equal(PARSE(&options, "--profile", "zen3"), 0);
	assert_string_equal(options.profile, "zen3");
	assert_int_equal(PARSE(&options, "--engine", "bochs", "--profile", "none"), 0);
	assert_null(options.profile);
	assert_int_equal(PARSE(&options, "--profile", "none", "--engine", "kvm"), 0);
	assert_null(options.profile);
	assert_int_equal(PARSE(&options, "--engine", "kvm,tcg"), 0);
	assert_null(options.profile);
	assert_int_equal(PARSE(&options, "--list"), 0);
	assert_null(options.profile);
	assert_int_equal(PARSE(&options, "--profile", "zen3", "--engine", "tcg"), -1);
	assert_non_null(strstr(why, "--profile works only on engine bochs"));
}

static void everything_given(void **state)
{
	struct options options;
	(void)state;

	assert_int_equal(PARSE(&options, "--engine", "tcg,bochs,tcg",
	                       "--strategy=heap,fixed-ist+window+shared,window", "--bench", "exec.*,tlb.?",
	                       "--quick", "--rounds", "12", "--cpus", "2", "--memory", "1024", "--seed",
	                       "18446744", "--jobs", "3", "--timeout", "9", "--out", "x y"),
	                 0);
	assert_false(options.engines_auto);
	assert_int_equal(options.engines, 2);
	assert_string_equal(options.engine[1], "bochs");
	assert_int_equal(options.strategies.count, 2);
	assert_string_equal(options.strategies.item[1].name, "window");
	assert_string_equal(options.bench, "exec.*,tlb.?");
	assert_true(options.quick && options.bench_given && options.strategies_given);
	assert_int_equal(options.rounds, 12);
	assert_int_equal(options.seed, 18446744);
	assert_int_equal(options.timeout, 9);
	assert_string_equal(options.out, "x y");
}

static void folders_of_results(void **state)
{
	static const char *const bad[] = {
		"",         "time",     "time=", "time=x",         "time=-1",   "time=5,", ",",
		"causes=5", "misses=5", "tim=5", "time=5;bytes=1", "time=1001", "5,time=1"
	};
	struct options options;
	(void)state;

	assert_int_equal(PARSE(&options, "--compare", "a", "b"), 0);
	assert_int_equal(options.mode, MODE_COMPARE);
	assert_string_equal(options.folder[0], "a");
	assert_string_equal(options.folder[1], "b");
	for (int i = 0; i < QUANTITIES; i++)
		assert_true(options.thresholds.of[i] > 0.0499 && options.thresholds.of[i] < 0.0501);
	assert_int_equal(PARSE(&options, "--threshold", "2.5", "--compare", "a", "b", "--verbose"), 0);
	for (int i = 0; i < QUANTITIES; i++)
		assert_true(options.thresholds.of[i] > 0.0249 && options.thresholds.of[i] < 0.0251 &&
		            options.verbose);
	assert_int_equal(
	        PARSE(&options, "--compare", "a", "b", "--threshold", "time=10,instructions=1,bytes=0"), 0);
	assert_true(options.thresholds.of[QUANTITY_TIME] > 0.0999 &&
	            options.thresholds.of[QUANTITY_TIME] < 0.1001);
	assert_true(options.thresholds.of[QUANTITY_INSTRUCTIONS] > 0.0099);
	assert_true(options.thresholds.of[QUANTITY_INSTRUCTIONS] < 0.0101);
	assert_true(options.thresholds.of[QUANTITY_BYTES] <= 0);
	assert_true(options.thresholds.of[QUANTITY_CYCLES] > 0.0499 &&
	            options.thresholds.of[QUANTITY_CYCLES] < 0.0501);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(PARSE(&options, "--compare", "a", "b", "--threshold", bad[i]), -1);
	assert_int_equal(PARSE(&options, "--reproduces", "a", "b"), 0);
	assert_int_equal(options.mode, MODE_REPRODUCES);
	assert_int_equal(PARSE(&options, "--recover", "a"), 0);
	assert_int_equal(options.mode, MODE_RECOVER);
	assert_int_equal(PARSE(&options, "--export", "perf-script", "a", "--bench", "irq.*"), 0);
	assert_int_equal(options.mode, MODE_EXPORT);
	assert_string_equal(options.folder[0], "a");
	assert_null(options.folder[1]);
	assert_string_equal(options.bench, "irq.*");
	assert_int_equal(PARSE(&options, "--export", "perf-script"), -1);
	assert_int_equal(PARSE(&options, "--export", "perf-script", "--quiet"), -1);
	assert_int_equal(PARSE(&options, "--export", "csv", "a"), -1);
	assert_int_equal(PARSE(&options, "--compare", "a"), -1);
	assert_int_equal(PARSE(&options, "--compare", "a", "--quick"), -1);
	assert_int_equal(PARSE(&options, "--compare", "a", "b", "c"), -1);
	assert_int_equal(PARSE(&options, "--threshold", "-1"), -1);
	assert_int_equal(PARSE(&options, "--threshold", "nan"), -1);
	assert_int_equal(PARSE(&options, "--quiet", "--verbose"), -1);
}

static void calibration(void **state)
{
	struct options options;
	(void)state;

	assert_int_equal(PARSE(&options, "--calibrate", "here", "--isolated", "3", "--quick"), 0);
	assert_int_equal(options.mode, MODE_CALIBRATE);
	assert_string_equal(options.calibrate, "here");
	assert_true(options.isolated_given && options.quick);
	assert_int_equal(options.isolated, 3);
	assert_null(options.profile);
	assert_int_equal(PARSE(&options, "--calibrate", "here"), 0);
	assert_false(options.isolated_given);
	assert_int_equal(PARSE(&options, "--calibrate", "../here"), -1);
	assert_int_equal(PARSE(&options, "--calibrate", "none"), -1);
	assert_int_equal(PARSE(&options, "--calibrate", "here", "--isolated", "x"), -1);
	assert_int_equal(PARSE(&options, "--isolated", "3"), -1);
	assert_non_null(strstr(why, "only with --calibrate"));
	assert_int_equal(PARSE(&options, "--import", "serial.log", "--profile", "here"), 0);
	assert_int_equal(options.mode, MODE_IMPORT);
	assert_string_equal(options.folder[0], "serial.log");
	assert_int_equal(PARSE(&options, "--import", "serial.log"), -1);
	assert_int_equal(PARSE(&options, "--import", "serial.log", "--profile", "none"), -1);
}

static void kernel_options(void **state)
{
	struct options options;
	(void)state;

	assert_int_equal(PARSE(&options, "--quick"), 0);
	assert_false(options.pcid || options.flush_cr3);
	assert_int_equal(PARSE(&options, "--pcid", "on", "--window-flush", "cr3"), 0);
	assert_true(options.pcid && options.flush_cr3);
	assert_int_equal(PARSE(&options, "--pcid", "off", "--window-flush", "invlpg"), 0);
	assert_false(options.pcid || options.flush_cr3);
}

static void full_is_for_emulated_kvm(void **state)
{
	struct options options;
	(void)state;

	assert_int_equal(PARSE(&options, "--engine", "kvm-emulated"), 0);
	assert_string_equal(options.engine[0], "kvm-emulated");
	assert_false(options.full);
	assert_int_equal(PARSE(&options, "--full", "--engine", "kvm-emulated,bochs"), 0);
	assert_true(options.full && options.engines == 2);
}

static void modes(void **state)
{
	struct options options;
	(void)state;

	assert_int_equal(PARSE(&options, "--list"), 0);
	assert_int_equal(options.mode, MODE_LIST);
	assert_int_equal(PARSE(&options, "--help", "--nonsense"), 0);
	assert_int_equal(options.mode, MODE_HELP);
	assert_int_equal(PARSE(&options, "--print-builds", "--probe"), 0);
	assert_true(options.print_builds && options.mode == MODE_PROBE);
	assert_int_equal(PARSE(&options, "--strategy", "all"), 0);
	assert_true(options.strategies_all);
	assert_int_equal(options.strategies.count, 0);
}

static void wrong_use(void **state)
{
	static const struct {
		const char *words[4];
		const char *message;
	} cases[] = {
		{ { "run-bench.sh", "--bogus" }, "unknown option '--bogus'" },
		{ { "run-bench.sh", "-z" }, "unknown option '-z'" },
		{ { "run-bench.sh", "--quick=1" }, "takes no value" },
		{ { "run-bench.sh", "--engine" }, "needs a value" },
		{ { "run-bench.sh", "--engine", "" }, "unknown engine ''" },
		{ { "run-bench.sh", "--engine", "kvm," }, "unknown engine ''" },
		{ { "run-bench.sh", "--full" }, "only on engine kvm-emulated" },
		{ { "run-bench.sh", "--full", "--engine", "kvm" }, "only on engine kvm-emulated" },
		{ { "run-bench.sh", "--strategy", "" }, "unknown strategy" },
		{ { "run-bench.sh", "--strategy", "heap-sw+sandwich" }, "unknown isolation ''" },
		{ { "run-bench.sh", "--strategy", "heap-sw+sandwich+shared+x" },
		  "unknown isolation 'shared+x'" },
		{ { "run-bench.sh", "--strategy", "heap-rsp0+window+bouncing" }, "user tables do not map" },
		{ { "run-bench.sh", "--cpus", "65" }, "1 to 64" },
		{ { "run-bench.sh", "--cpus", "-1" }, "1 to 64" },
		{ { "run-bench.sh", "--memory", "1e3" }, "64 to 8192" },
		{ { "run-bench.sh", "--bench", "a b" }, "a glob" },
		{ { "run-bench.sh", "--bench", "" }, "a glob" },
		{ { "run-bench.sh", "--bench", "irq.[er]*" }, "a glob of letters, digits and . - _ * ? ," },
		{ { "run-bench.sh", "--out", "" }, "needs the name" },
		{ { "run-bench.sh", "--pcid", "yes" }, "off or on" },
		{ { "run-bench.sh", "--layout", "7" }, "random or fixed" },
		{ { "run-bench.sh", "--window-flush", "" }, "invlpg or cr3" },
		{ { "run-bench.sh", "--compare", "a" }, "needs two folders" },
		{ { "run-bench.sh", "word" }, "'word' is not an option" },
	};
	(void)state;

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct options options;

		assert_int_equal(parse(&options, cases[i].words), -1);
		if (!strstr(why, cases[i].message))
			fail_msg("'%s' does not say '%s'", why, cases[i].message);
	}
}

static void plan_keeps_real_time_apart(void **state)
{
	const size_t on_bochs = 3 * (7 + 1); /* seven rounds and the boot of the experiments */
	const struct engine *engines[] = { &engine_kvm, &engine_bochs };
	struct options options;
	struct plan plan;
	unsigned seen[3][10] = { 0 };
	bool moved = false;
	(void)state;

	assert_int_equal(PARSE(&options, "--strategy", "heap,window,random", "--seed", "5"), 0);
	assert_int_equal(plan_strategies(&plan, &options, why, sizeof why), 0);
	assert_int_equal(plan.supporting, 0);
	plan_jobs(&plan, &options, engines, 2);
	assert_int_equal(plan.jobs, on_bochs + 27);
	for (size_t i = 0; i < on_bochs; i++)
		assert_ptr_equal(plan.job[i].engine, &engine_bochs);
	for (size_t i = on_bochs; i < plan.jobs; i++) {
		const struct job *job = &plan.job[i];

		assert_ptr_equal(job->engine, &engine_kvm);
		assert_int_equal(job->round, 1 + (i - on_bochs) / 3);
		assert_int_equal(job->seed, 5 + job->round - 1);
		seen[job->strategy - plan.strategies.item][job->round]++;
		moved |= job->strategy != &plan.strategies.item[(i - on_bochs) % 3];
	}
	for (int strategy = 0; strategy < 3; strategy++)
		for (int round = 1; round < 10; round++)
			assert_int_equal(seen[strategy][round], 1);
	assert_true(moved);
	plan_free(&plan);
}

static void plan_order_follows_the_seed(void **state)
{
	const struct engine *engines[] = { &engine_kvm };
	struct options options;
	struct plan first, second;
	(void)state;

	assert_int_equal(PARSE(&options, "--strategy", "heap,window,random"), 0);
	assert_int_equal(plan_strategies(&first, &options, why, sizeof why), 0);
	assert_int_equal(plan_strategies(&second, &options, why, sizeof why), 0);
	plan_jobs(&first, &options, engines, 1);
	plan_jobs(&second, &options, engines, 1);
	for (size_t i = 0; i < first.jobs; i++)
		assert_string_equal(first.job[i].strategy->name, second.job[i].strategy->name);
	plan_free(&first);
	plan_free(&second);
}

static void options_of_bochs(void **state)
{
	struct options options;
	(void)state;

	assert_int_equal(PARSE(&options, "--functions", "--trace", "--bench", "tlb.*"), 0);
	assert_true(options.functions && options.trace);
	assert_int_equal(PARSE(&options, "--trace"), -1);
	assert_non_null(strstr(why, "--bench"));
	assert_int_equal(PARSE(&options, "--trace", "--bench", "tlb.*", "--engine", "tcg"), -1);
	assert_non_null(strstr(why, "--trace works only on engine bochs"));
	assert_int_equal(PARSE(&options, "--functions", "--engine", "kvm"), -1);
	assert_non_null(strstr(why, "--functions works only on engine bochs"));
	assert_false(options.profile_guest);
}

static void options_of_kvm(void **state)
{
	struct options options;
	(void)state;

	assert_int_equal(PARSE(&options, "--profile-guest", "--engine", "bochs,kvm"), 0);
	assert_true(options.profile_guest);
	assert_int_equal(PARSE(&options, "--profile-guest"), 0); /* auto may choose kvm */
	assert_int_equal(PARSE(&options, "--profile-guest", "--engine", "bochs,kvm-emulated"), -1);
	assert_non_null(strstr(why, "--profile-guest works only on engine kvm"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults),
		cmocka_unit_test(profile_is_for_bochs),
		cmocka_unit_test(options_of_bochs),
		cmocka_unit_test(options_of_kvm),
		cmocka_unit_test(everything_given),
		cmocka_unit_test(folders_of_results),
		cmocka_unit_test(calibration),
		cmocka_unit_test(kernel_options),
		cmocka_unit_test(full_is_for_emulated_kvm),
		cmocka_unit_test(modes),
		cmocka_unit_test(wrong_use),
		cmocka_unit_test(plan_keeps_real_time_apart),
		cmocka_unit_test(plan_order_follows_the_seed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
