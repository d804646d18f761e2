/* SPDX-License-Identifier: MIT */
/* Tests the launches of a run that the claims need. */
#include "tests/host/session/plan_tree.h"

#define ALONE "+window pitfall.a\n+heap pitfall.b\n"

static void a_run_of_everything_has_the_claims_launches(void **state)
{
	(void)state;
	/*
	 * Each item of a line `boots:` must get a launch. The items of lines `needs:` that name the
	 * same strategy must share a launch, or get none if the user asked for the strategy.
	 */
	assert_string_equal(PLAN("--seed", "9"), "heap *\nwindow *\nrandom *\n+" MIX " irq.*,tlb.*\n" ALONE
	                                         "+window pitfall.c\n+" MIX " pitfall.a\n");
	/*
	 * The launches for claims are not repeated in each round. Without about.txt any benchmark
	 * may be an experiment. So in the first round each strategy has one more boot, for the
	 * experiments.
	 */
	assert_string_equal(
	        PLAN("--rounds", "2"),
	        "heap *\nwindow *\nrandom *\nheap *\nwindow *\nrandom *\nheap *\nwindow *\nrandom *\n+" MIX
	        " irq.*,tlb.*\n+" MIX " irq.*,tlb.*\n" ALONE "+window pitfall.c\n+" MIX " pitfall.a\n");
}

static void a_run_of_something_has_none(void **state)
{
	(void)state;
	assert_string_equal(PLAN("--bench", "irq.*"), "heap irq.*\nwindow irq.*\nrandom irq.*\n");
	assert_string_equal(PLAN("--strategy", "heap"), "heap *\n");
	assert_string_equal(PLAN("--strategy", "heap,window,random"), "heap *\nwindow *\nrandom *\n");
	assert_string_equal(PLAN("--strategy", MIX), MIX " *\n");
	assert_string_equal(PLAN("--strategy", "all", "--bench", "tlb.*"),
	                    "window tlb.*\n" MIX " tlb.*\nbest tlb.*\n");
}

/* Launches with different numbers of CPUs are separate boots. */
static void claims_may_need_several_cpus(void **state)
{
	(void)state;
	write_claims("-- boots: heap pitfall.a cpus=4, heap pitfall.a\n",
	             "-- boots: heap pitfall.a cpus=15\n");
	assert_string_equal(PLAN("--cpus", "2"), "heap *\nwindow *\nrandom *\n+heap pitfall.a cpus=4\n"
	                                         "+heap pitfall.a\n+heap pitfall.a cpus=15\n");
}

static void a_run_without_bochs_has_none(void **state)
{
	static const struct engine *const engines[] = { &engine_kvm_emulated, &engine_kvm };
	char *argv[] = { "run-bench.sh", "--quick", NULL };
	struct options options;
	struct plan plan;
	(void)state;

	assert_int_equal(options_parse(&options, 2, argv, why), 0);
	assert_int_equal(plan_strategies(&plan, &options, why, sizeof why), 0);
	assert_true(plan.supporting > 0);
	plan_jobs(&plan, &options, engines, 2);
	assert_int_equal(plan.supporting, 0); /* the harness reads no images for these launches */
	plan_free(&plan);
}

static void all_strategies_have_the_launches_alone(void **state)
{
	(void)state;
	assert_string_equal(PLAN("--strategy", "all"),
	                    "window *\n" MIX " *\nbest *\n" ALONE "+random exec.*\n+window pitfall.c\n+" MIX
	                    " pitfall.a\n");
}

/*
 * Returns the launches on Bochs that claims need, one per line, in a static buffer: the round, the
 * values of rows= and samples=, "plain" without the cycle model, the strategy, the benchmarks.
 */
static const char *support_of(const char *rounds)
{
	static char text[2000];
	const struct engine *const engines[] = { &engine_bochs };
	char *argv[] = { "run-bench.sh", "--rounds", (char *)rounds };
	struct options options;
	struct plan plan;

	text[0] = '\0';
	assert_int_equal(options_parse(&options, 3, argv, why), 0);
	assert_int_equal(plan_strategies(&plan, &options, why, sizeof why), 0);
	plan_jobs(&plan, &options, engines, 1);
	for (size_t i = 0; i < plan.jobs; i++) {
		const struct job *job = &plan.job[i];

		if (job->strategy < plan.strategies.item ||
		    job->strategy >= &plan.strategies.item[STRATEGIES_MAX])
			snprintf(text + strlen(text), sizeof text - strlen(text), "%u %s %s%s %s %s\n",
			         job->round, job->rows ? job->rows : "-", job->samples,
			         job->plain ? " plain" : "", job->strategy->name, job->bench);
		assert_int_equal(job->seed, options.seed + job->round - 1);
	}
	plan_free(&plan);
	return text;
}

static void claims_may_need_several_rounds(void **state)
{
	(void)state;
	write_file("build/host/about.txt", "irq.a\tx\npitfall.a\tx\ntlb.a\tx\nheap.fuzz\tx\tfixed\n");
	/* Rounds 2 and 3 have only the items whose number of rounds is given. Experiments have one
	 * boot, in a launch of their own. */
	write_claims("-- needs: " MIX " irq.* 3, " MIX " heap.*\n-- boots: window pitfall.* 2\n",
	             "-- needs: " MIX " tlb.*, random tlb.*\n");
	assert_string_equal(support_of("7"), "1 fixed one plain " MIX " irq.*,heap.*,tlb.*\n"
	                                     "1 first one " MIX " irq.*,heap.*,tlb.*\n"
	                                     "1 first one window pitfall.*\n"
	                                     "2 later one " MIX " irq.*\n"
	                                     "2 later one window pitfall.*\n"
	                                     "3 later one " MIX " irq.*\n");
	/* There are no more rounds than the run has. */
	assert_string_equal(support_of("2"), "1 fixed one plain " MIX " irq.*,heap.*,tlb.*\n"
	                                     "1 first one " MIX " irq.*,heap.*,tlb.*\n"
	                                     "1 first one window pitfall.*\n"
	                                     "2 later one " MIX " irq.*\n"
	                                     "2 later one window pitfall.*\n");
	assert_string_equal(support_of("1"),
	                    "1 - few " MIX " irq.*,heap.*,tlb.*\n1 - few window pitfall.*\n");
	/* A launch that has only experiments is plain. A launch without experiments is not
	 * split. */
	write_claims("-- needs: " MIX " heap.* 3\n", "-- needs: best irq.*\n");
	assert_string_equal(support_of("7"), "1 - one plain " MIX " heap.*\n1 - few best irq.*\n");
	remove_about();
}

static void chosen_isolations_bring_their_claims(void **state)
{
	(void)state;
	write_claims("-- needs: heap-sw+direct+bouncing irq.*, heap-sw+direct+shared irq.*\n"
	             "-- boots: heap-sw+direct+bouncing copy.*\n",
	             "-- needs: heap-sw+direct+shared tlb.*\n");
	assert_string_equal(PLAN("--strategy", "heap,bouncing"),
	                    "heap *\nbouncing *\n+heap-sw+direct+bouncing irq.*\n"
	                    "+heap-sw+direct+shared irq.*\n+heap-sw+direct+bouncing copy.*\n");
	assert_string_equal(PLAN("--strategy", "heap,window"), "heap *\nwindow *\n");
	assert_string_equal(PLAN("--strategy", "bouncing", "--bench", "irq.*"), "bouncing irq.*\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_run_of_everything_has_the_claims_launches),
		TEST(a_run_of_something_has_none),
		TEST(a_run_without_bochs_has_none),
		TEST(all_strategies_have_the_launches_alone),
		TEST(claims_may_need_several_rounds),
		TEST(claims_may_need_several_cpus),
		TEST(chosen_isolations_bring_their_claims),
	};

	return cmocka_run_group_tests(tests, make_tree, remove_tree);
}
