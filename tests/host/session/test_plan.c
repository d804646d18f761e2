/* SPDX-License-Identifier: MIT */
/* Tests the launches of a run that its command line asks for. */
#include "tests/host/session/plan_tree.h"

static void programs_of_linux_have_boots_of_their_own(void **state)
{
	(void)state;
	write_file("build/host/about.txt", "# names\nexec.load\tx\nexec.real\tx\tlinux\nexec.roundtrip\tx\n"
	                                   "exec.roundtrip.real\tx\tlinux\nirq.real.time\tx\n");
	assert_string_equal(PLAN("--strategy", "heap"), "heap *\nheap linux exec.real,exec.roundtrip.real\n");
	/* In each round, the boots with Linux programs come after the other boots. */
	assert_string_equal(
	        PLAN("--strategy", "heap,window", "--bench", "exec.real,exec.l*", "--rounds", "2"),
	        "heap exec.l*\nwindow exec.l*\nheap linux exec.real\nwindow linux exec.real\n"
	        "heap exec.l*\nwindow exec.l*\nheap linux exec.real\nwindow linux exec.real\n");
	/* A boot that would have no benchmarks is left out, and no benchmark is listed twice. */
	assert_string_equal(PLAN("--strategy", "heap", "--bench", "*.real,exec.real"),
	                    "heap linux exec.real,exec.roundtrip.real\n");
	assert_string_equal(PLAN("--strategy", "heap", "--bench", "irq.*"), "heap irq.*\n");
	/* An unknown benchmark is passed on to the kernel, which refuses it. */
	assert_string_equal(PLAN("--strategy", "heap", "--bench", "no.such,exec.real"),
	                    "heap no.such\nheap linux exec.real\n");
	remove_about();
}

static void what_cannot_be_planned(void **state)
{
	(void)state;
	assert_null(PLAN("--strategy", "fixed-rsp0+direct+shared"));
	assert_non_null(strstr(why, "'fixed-rsp0+direct+shared' is not available in this version"));
	write_claims("-- boots: heap a, nothing a\n", "");
	assert_null(PLAN("--quick"));
	assert_non_null(strstr(why, "unknown strategy 'nothing'"));
	/* With --bench the claims are not read. */
	assert_non_null(PLAN("--bench", "*"));
	/* Claims without needs add no launches. */
	write_claims("", "");
	assert_string_equal(PLAN("--quick"), "heap *\nwindow *\nrandom *\n");
	write_file("Makefile", "list-strategies:\n\t@echo nothing\n");
	assert_null(PLAN("--strategy", "all"));
	assert_non_null(strstr(why, "unknown strategy 'nothing'"));
}

/* Plans runs with the project's own claims and Makefile. */
static void the_project(void **state)
{
	static const char *const alone[] = { "+window pitfall.shared_pml4\n", "+heap pitfall.shared_pml4\n",
		                             "+random pitfall.window_irq\n", "+heap pitfall.sandwich_irq\n",
		                             "+window teardown.order\n" };
	const char *lines;
	(void)state;

	use_tree(repository);
	lines = PLAN("--quick");
	assert_non_null(lines);
	assert_non_null(strstr(lines, "+" MIX " irq.entry.*\n"));
	assert_non_null(strstr(lines, "heap linux exec.real,exec.roundtrip.real,fork.exec.real\n"));
	for (size_t i = 0; i < sizeof alone / sizeof alone[0]; i++)
		assert_non_null(strstr(lines, alone[i]));
	lines = PLAN("--strategy", "all");
	assert_non_null(lines);
	assert_non_null(strstr(lines, MIX " *\n"));
	assert_null(strstr(lines, "+" MIX " irq.entry.*\n"));
	for (size_t i = 0; i < sizeof alone / sizeof alone[0]; i++)
		assert_non_null(strstr(lines, alone[i]));
}

/* Returns the boots of the engine kvm-emulated, one per line: variant, strategy, mode, round. */
static const char *boots(const char *const *words)
{
	static char text[2000];
	const struct engine *const engines[] = { &engine_kvm_emulated };
	struct options options;
	struct plan plan;
	int argc = 0;

	while (words[argc])
		argc++;
	text[0] = '\0';
	assert_int_equal(options_parse(&options, argc, (char *const *)words, why), 0);
	assert_int_equal(plan_strategies(&plan, &options, why, sizeof why), 0);
	plan_jobs(&plan, &options, engines, 1);
	for (size_t i = 0; i < plan.jobs; i++)
		snprintf(text + strlen(text), sizeof text - strlen(text), "%s %s %s %u\n",
		         plan.job[i].variant, plan.job[i].strategy->name,
		         plan.job[i].self_test ? "test" : "bench", plan.job[i].round);
	plan_free(&plan);
	return text;
}

#define BOOTS(...)                                                                             \
	boots((const char *const[]){ "run-bench.sh", "--engine", "kvm-emulated", "--strategy", \
	                             "heap,window", __VA_ARGS__, NULL })

static void variants_boot_in_turn(void **state)
{
	(void)state;
	assert_string_equal(BOOTS("--quick"), "npt=1 heap test 1\nnpt=1 heap bench 1\n"
	                                      "npt=1 window test 1\nnpt=1 window bench 1\n"
	                                      "npt=0 heap test 1\nnpt=0 heap bench 1\n"
	                                      "npt=0 window test 1\nnpt=0 window bench 1\n");
	/* Self-tests boot in the first round only; with --bench they do not boot. */
	assert_string_equal(
	        BOOTS("--bench", "tlb.*", "--full"),
	        "npt=1 heap bench 1\nnpt=1 window bench 1\nnpt=0 heap bench 1\nnpt=0 window bench 1\n"
	        "ept=1 heap bench 1\nept=1 window bench 1\nept=0 heap bench 1\nept=0 window bench 1\n");
	assert_non_null(strstr(BOOTS("--rounds", "2"), "npt=0 window bench 1\nnpt=1 heap bench 2\n"));
}

/* Plans a run of heap and window on Bochs, tcg and KVM. The caller frees the plan. */
static void plan_rounds(struct plan *plan, const char *const *words)
{
	const struct engine *const engines[] = { &engine_bochs, &engine_tcg, &engine_kvm };
	char *argv[16] = { "run-bench.sh", "--strategy", "heap,window" };
	struct options options;
	int argc = 3;

	for (int i = 0; words[i]; i++)
		argv[argc++] = (char *)words[i];
	assert_int_equal(options_parse(&options, argc, argv, why), 0);
	assert_int_equal(plan_strategies(plan, &options, why, sizeof why), 0);
	plan_jobs(plan, &options, engines, 3);
}

static unsigned count_rounds(const struct plan *plan, const struct engine *engine)
{
	unsigned most = 0;

	for (size_t i = 0; i < plan->jobs; i++)
		if (plan->job[i].engine == engine && plan->job[i].round > most)
			most = plan->job[i].round;
	return most;
}

#define ROUNDS(plan, ...) plan_rounds(plan, (const char *const[]){ __VA_ARGS__, NULL })

static void an_engine_has_its_number_of_rounds(void **state)
{
	static const struct {
		const char *word;
		unsigned bochs, tcg, kvm;
		const char *samples_bochs, *samples_others;
	} cases[] = { { "--verbose", 7, 1, 9, "one", "full" },
		      { "--quick", 3, 1, 9, "brief", "quick" },
		      { "--rounds=4", 4, 4, 4, "one", "full" },
		      { "--rounds=1", 1, 1, 1, "full", "full" } };
	struct plan plan;
	(void)state;

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		ROUNDS(&plan, cases[i].word);
		assert_int_equal(count_rounds(&plan, &engine_bochs), cases[i].bochs);
		assert_int_equal(count_rounds(&plan, &engine_tcg), cases[i].tcg);
		assert_int_equal(count_rounds(&plan, &engine_kvm), cases[i].kvm);
		for (size_t j = 0; j < plan.jobs; j++) {
			const struct job *job = &plan.job[j];
			bool bochs = job->engine == &engine_bochs;

			assert_string_equal(job->samples,
			                    bochs ? cases[i].samples_bochs : cases[i].samples_others);
			assert_int_equal(job->rows != NULL, bochs && cases[i].bochs > 1);
			if (job->rows)
				assert_string_equal(job->rows, job->round > 1 ? "later"
				                               : job->plain   ? "fixed"
				                                              : "first");
		}
		plan_free(&plan);
	}
}

/* Plans boots of heap on Bochs. Writes each to `text`: its round, its rows, and its benchmarks. */
static void kinds(char text[400], const char *bench, const char *rounds)
{
	const struct engine *const engines[] = { &engine_bochs };
	char *argv[] = { "run-bench.sh", "--strategy", "heap",        "--bench",
		         (char *)bench,  "--rounds",   (char *)rounds };
	struct options options;
	struct plan plan;
	int used = 0;

	assert_int_equal(options_parse(&options, 7, argv, why), 0);
	assert_int_equal(plan_strategies(&plan, &options, why, sizeof why), 0);
	plan_jobs(&plan, &options, engines, 1);
	for (size_t i = 0; i < plan.jobs; i++) {
		const struct job *job = &plan.job[i];

		used += snprintf(text + used, 400 - (size_t)used, "%u %s%s %s\n", job->round,
		                 job->rows ? job->rows : "-", job->plain ? " plain" : "", job->bench);
	}
	plan_free(&plan);
}

static void experiments_boot_once_and_plain(void **state)
{
	char text[400];
	(void)state;

	write_file("build/host/about.txt", "exec.load\tx\nexec.real\tx\tlinux\nheap.fuzz\tx\tfixed\n");
	kinds(text, "*", "2");
	assert_string_equal(text, "1 first *\n1 fixed plain *\n1 - exec.real\n2 later *\n2 - exec.real\n");
	kinds(text, "heap.*", "2");
	assert_string_equal(text, "1 fixed plain heap.*\n");
	kinds(text, "exec.load", "2");
	assert_string_equal(text, "1 first exec.load\n2 later exec.load\n");
	kinds(text, "*", "1");
	assert_string_equal(text, "1 - *\n1 - exec.real\n");
	remove_about();
}

/* All images of a round have the same layout. Other rounds, and other seeds, have other layouts. */
static void a_round_is_a_layout(void **state)
{
	static uint32_t seen[4 * 9];
	size_t count = 0;
	struct plan plan;
	(void)state;

	for (unsigned seed = 0; seed < 4; seed++) {
		uint32_t layout[10] = { 0 };
		char word[20];

		snprintf(word, sizeof word, "--seed=%u", seed);
		ROUNDS(&plan, word);
		for (size_t i = 0; i < plan.jobs; i++) {
			const struct job *job = &plan.job[i];

			assert_int_not_equal(job->layout, 0);
			if (!layout[job->round])
				layout[job->round] = job->layout;
			assert_int_equal(layout[job->round], job->layout);
		}
		plan_free(&plan);
		for (unsigned round = 1; round <= 9; round++) {
			for (size_t i = 0; i < count; i++)
				assert_int_not_equal(seen[i], layout[round]);
			seen[count++] = layout[round];
		}
	}
	ROUNDS(&plan, "--layout", "fixed");
	for (size_t i = 0; i < plan.jobs; i++)
		assert_int_equal(plan.job[i].layout, 0);
	plan_free(&plan);
}

/* Each image is profiled in a boot of its own, after all timed boots. */
static void profiles_come_last(void **state)
{
	struct plan plan;
	(void)state;

	ROUNDS(&plan, "--profile-guest");
	for (size_t i = 0; i < plan.jobs; i++)
		assert_int_equal(plan.job[i].profile_guest && plan.job[i].round == 0, i >= plan.jobs - 2);
	plan_free(&plan);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(programs_of_linux_have_boots_of_their_own),
		TEST(experiments_boot_once_and_plain),
		TEST(what_cannot_be_planned),
		TEST(the_project),
		TEST(variants_boot_in_turn),
		TEST(an_engine_has_its_number_of_rounds),
		TEST(a_round_is_a_layout),
		TEST(profiles_come_last),
	};

	return cmocka_run_group_tests(tests, make_tree, remove_tree);
}
