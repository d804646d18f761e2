/* SPDX-License-Identifier: MIT */
/* Tests the launches of a run: those of the command line, and those that the claims need. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/host/base/paths.h"
#include "bench/host/session/options.h"
#include "bench/host/session/plan.h"

#define BEST "heap-rsp0+self+shared"
#define MIX  "heap-rsp0+sandwich+shared"

static char tree[] = "/tmp/test-plan-XXXXXX";
static char repository[PATH_MAX];
static char why[OPTIONS_WHY_MAX];

/* Makes `path` the source tree of the harness: overwrites the buffer that path_root() returns. */
static void use_tree(const char *path)
{
	snprintf((char *)path_root(), PATH_MAX, "%s", path);
}

static void write_file(const char *name, const char *text)
{
	char path[PATH_MAX];
	FILE *out;

	snprintf(path, sizeof path, "%s/%s", tree, name);
	out = fopen(path, "w");
	assert_non_null(out);
	fputs(text, out);
	fclose(out);
}

/* Writes the claims 01 and 02 of the test's tree. Their headers end with `first` and `second`. */
static void write_claims(const char *first, const char *second)
{
	const char *const lines[] = { first, second };

	write_file("bench/claims/notes/s", "q\n");
	for (int i = 0; i < 2; i++) {
		char name[40], text[2000];

		snprintf(name, sizeof name, "bench/claims/0%d-x.sql", i + 1);
		snprintf(text, sizeof text,
		         "-- id: %d\n-- seed: s\n-- quote: q\n-- asks: a\n-- metric: m\n-- margin: m\n-- "
		         "figure: none\n%s",
		         i + 1, lines[i]);
		write_file(name, text);
	}
}

static void remove_about(void)
{
	char path[PATH_MAX];

	snprintf(path, sizeof path, "%s/build/host/about.txt", tree);
	remove(path);
}

static int make_tree(void **state)
{
	char path[PATH_MAX];
	(void)state;

	if (!getcwd(repository, sizeof repository) || !mkdtemp(tree))
		return -1;
	snprintf(path, sizeof path, "%s/build/host", tree);
	if (path_make_folders(path))
		return -1;
	snprintf(path, sizeof path, "%s/bench/claims/notes", tree);
	return path_make_folders(path);
}

static int remove_tree(void **state)
{
	static const char *const names[] = { "/bench/claims/01-x.sql",
		                             "/bench/claims/02-x.sql",
		                             "/bench/claims/notes/s",
		                             "/bench/claims/notes",
		                             "/bench/claims",
		                             "/build/host",
		                             "/build",
		                             "/bench",
		                             "/Makefile",
		                             "" };
	char path[PATH_MAX];
	(void)state;

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		snprintf(path, sizeof path, "%s%s", tree, names[i]);
		remove(path);
	}
	return 0;
}

/*
 * Makes a tree with two claims. Its `make list-strategies` prints three builds: MIX, BEST, and the
 * build of the preset `window`.
 */
static int begin(void **state)
{
	(void)state;
	use_tree(tree);
	write_file("Makefile",
	           "list-strategies:\n\t@printf '%s\\n' fixed-ist+window+shared " MIX " " BEST "\n");
	write_claims("-- needs: " MIX " irq.*\n-- boots: window pitfall.a, heap pitfall.b\n",
	             "-- needs: " MIX " tlb.*, random exec.*\n-- boots: window pitfall.c, " MIX
	             " pitfall.a\n");
	return 0;
}

/*
 * Returns the launches on Bochs that a command line leads to, one per line, in a static buffer, or
 * NULL if the plan fails. A line begins with "+" if the user did not ask for the launch but a claim
 * needs it. Checks that the user asked for all launches on KVM. There is one round unless the
 * command line says otherwise.
 */
#define PLAN(...) plan_of((const char *const[]){ "run-bench.sh", "--rounds", "1", __VA_ARGS__, NULL })

static const char *plan_of(const char *const words[])
{
	static const struct engine *const engines[] = { &engine_kvm, &engine_bochs };
	static char text[8000];
	FILE *out = fmemopen(text, sizeof text, "w");
	struct options options;
	struct plan plan;
	char *argv[16] = { 0 };
	int argc = 0;

	for (; words[argc]; argc++)
		argv[argc] = (char *)words[argc];
	if (options_parse(&options, argc, argv, why) || plan_strategies(&plan, &options, why, sizeof why)) {
		fclose(out);
		return NULL;
	}
	plan_jobs(&plan, &options, engines, 2);
	for (size_t i = 0; i < plan.jobs; i++) {
		const struct job *job = &plan.job[i];
		bool asked = job->strategy >= plan.strategies.item &&
		             job->strategy < &plan.strategies.item[STRATEGIES_MAX];

		if (job->engine == &engine_bochs)
			fprintf(out, "%s%s%s %s\n", asked ? "" : "+", job->strategy->name,
			        job->linux_programs ? " linux" : "", job->bench);
		else
			assert_true(asked);
		assert_true(asked || (job->round == 1 && job->seed == options.seed));
		/* A launch for a claim's line `boots:` must leave out large boot modules. */
		if (strncmp(job->bench, "pitfall.", 8) == 0)
			assert_true(job->module_limit > 0 && !asked);
		else if (asked)
			assert_true((job->module_limit > 0) == job->linux_programs);
	}
	putc('\0', out);
	fclose(out);
	plan_free(&plan);
	return text;
}

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
	        " irq.*,tlb.*\n" ALONE "+window pitfall.c\n+" MIX " pitfall.a\n");
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

#define TEST(test) cmocka_unit_test_setup(test, begin)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_run_of_everything_has_the_claims_launches),
		TEST(a_run_of_something_has_none),
		TEST(a_run_without_bochs_has_none),
		TEST(all_strategies_have_the_launches_alone),
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
