/* SPDX-License-Identifier: MIT */
#include "bench/host/session/plan.h"
#include "bench/host/base/paths.h"
#include "bench/host/evaluate/claims.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NEEDS_MAX   96
#define SMALL_LIMIT (2U << 20) /* bytes: module_limit of boots that need no large program */

static bool is_listed(const struct strategy_list *list, const struct strategy *strategy)
{
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->item[i].build, strategy->build) == 0)
			return true;
	return false;
}

/*
 * Returns 0 if the build offers every strategy of the list, or -1 with the reason in `why`. Asks
 * the build only about strategies that are no presets.
 */
static int check_offered(const struct strategy_list *strategies, char *why, size_t size)
{
	struct strategy_list offered = { 0 };

	for (size_t i = 0; i < strategies->count; i++) {
		const struct strategy *strategy = &strategies->item[i];

		if (strcmp(strategy->name, strategy->build) != 0)
			continue;
		if (offered.count == 0 && strategy_list_add_all(&offered, why, size))
			return -1;
		if (is_listed(&offered, strategy))
			continue;
		snprintf(why, size,
		         "strategy '%s' is not available in this version; 'make list-strategies' prints those"
		         " that are",
		         strategy->name);
		return -1;
	}
	return 0;
}

/* Appends a glob to a list that commas separate. */
static void add_glob(char globs[BENCH_GLOBS], const char *glob)
{
	size_t used = strlen(globs);

	path_format(globs + used, BENCH_GLOBS - used, "%s%s", used ? "," : "", glob);
}

/*
 * Adds a launch that a claim needs. A launch that needs a separate boot (`alone`) gets an item of
 * its own in support[]. Any other launch is dropped if the user asked for its strategy. Otherwise
 * the launch shares an item with all such launches of its strategy: its glob is appended to the
 * globs of the item. Returns 0, or -1 with the reason in `why`.
 */
static int add_support(struct plan *plan, const struct claim_run *need, char *why, size_t size)
{
	struct strategy strategy;
	struct supporting_run *run = NULL;

	if (strategy_parse(need->strategy, &strategy, why, size))
		return -1;
	if (is_listed(&plan->strategies, &strategy) && !need->alone)
		return 0;
	for (size_t i = 0; i < plan->supporting && !need->alone; i++)
		if (strcmp(plan->support[i].strategy.build, strategy.build) == 0 && !plan->support[i].alone)
			run = &plan->support[i];
	if (!run) {
		if (plan->supporting == STRATEGIES_MAX) {
			snprintf(why, size, "the claims need too many launches");
			return -1;
		}
		run = &plan->support[plan->supporting++];
		*run = (struct supporting_run){
			.strategy = strategy, .rounds = 1, .alone = need->alone, .cpus = need->cpus
		};
	}
	add_glob(run->bench, need->bench);
	if (need->rounds > 1)
		add_glob(run->repeated, need->bench);
	if (need->rounds > run->rounds)
		run->rounds = need->rounds;
	return 0;
}

static bool has_isolation(const struct strategy_list *list, const char *isolation)
{
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->item[i].isolation, isolation) == 0)
			return true;
	return false;
}

/*
 * Returns true if a strategy that the user chose has the launch's isolation, and no default
 * strategy has it. `chosen` is the struct strategy_list of the user's strategies.
 */
static bool is_about_chosen(const struct claim_run *need, const void *chosen)
{
	struct strategy_list defaults = { 0 };
	struct strategy strategy;
	char why[OPTION_WHY_MAX];

	strategy_list_add_defaults(&defaults);
	return strategy_parse(need->strategy, &strategy, why, sizeof why) == 0 &&
	       has_isolation(chosen, strategy.isolation) && !has_isolation(&defaults, strategy.isolation);
}

int plan_strategies(struct plan *plan, const struct options *options, char *why, size_t size)
{
	const bool some = options->strategies_given && !options->strategies_all;
	struct claim_run needs[NEEDS_MAX];
	char folder[PATH_MAX];
	size_t count;

	memset(plan, 0, sizeof *plan);
	plan->strategies = options->strategies;
	if (options->strategies_all && strategy_list_add_all(&plan->strategies, why, size))
		return -1;
	if (check_offered(&plan->strategies, why, size))
		return -1;
	if (options->bench_given)
		return 0;
	path_format(folder, sizeof folder, "%s/bench/claims", path_root());
	count = claims_needed_runs(folder, some ? is_about_chosen : NULL, &plan->strategies, needs,
	                           NEEDS_MAX);
	for (size_t i = 0; i < count && i < NEEDS_MAX; i++)
		if (add_support(plan, &needs[i], why, size))
			return -1;
	return 0;
}

void plan_set_compiler(struct plan *plan, const char *compiler)
{
	for (size_t i = 0; i < plan->strategies.count; i++)
		strategy_set_compiler(&plan->strategies.item[i], compiler);
	for (size_t i = 0; i < plan->supporting; i++)
		strategy_set_compiler(&plan->support[i].strategy, compiler);
}

/* Returns the next number of the random generator SplitMix64 and advances *state. */
static uint64_t next_random(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static void shuffle(struct job *job, size_t count, uint64_t *state)
{
	for (size_t i = count; i > 1; i--) {
		size_t j = next_random(state) % i;
		struct job swap = job[i - 1];

		job[i - 1] = job[j];
		job[j] = swap;
	}
}

static unsigned rounds_of(const struct options *options, const struct engine *engine)
{
	if (options->rounds)
		return options->rounds;
	return options->quick && engine->rounds_quick ? engine->rounds_quick : engine->rounds;
}

/*
 * Returns the value of the kernel's option samples=. A boot takes few samples if the engine counts
 * events (engine->counts) and there are several rounds: counts differ between layouts, but hardly
 * between the samples of one boot.
 */
static const char *samples_of(const struct options *options, const struct engine *engine, unsigned rounds)
{
	if (rounds > 1 && engine->counts)
		return options->quick ? "brief" : "one";
	return options->quick ? "quick" : "full";
}

/* Returns the layout of a round: 0 if layouts are fixed, otherwise an odd number that depends on
 * the run's seed and the round. */
static uint32_t layout_of(const struct options *options, unsigned round)
{
	uint64_t state = options->seed;

	if (options->fixed_layout)
		return 0;
	state = next_random(&state) + round;
	return (uint32_t)(next_random(&state) >> 32) | 1;
}

/* An image may boot several times in a round, with different rows= or boot modules. */
enum kind { KIND_VARIED, KIND_FIXED, KIND_LINUX, KINDS };

/* Adds the boot of this kind if it has benchmarks. `job` has the values that all boots of a round
 * share. */
static void add_kind(struct plan *plan, const struct options *options, struct job job, enum kind kind)
{
	const struct linux_rows *benches = &plan->benches;
	bool split = job.engine->counts && rounds_of(options, job.engine) > 1;

	job.bench = kind == KIND_LINUX ? benches->names : benches->others;
	if (!*job.bench)
		return;
	if (kind == KIND_LINUX) {
		job.linux_programs = true;
		job.module_limit = SMALL_LIMIT;
	} else if (split) {
		if (kind == KIND_FIXED ? !benches->fixed || job.round > 1 : !benches->varied)
			return;
		job.rows = kind == KIND_FIXED ? "fixed" : job.round > 1 ? "later" : "first";
		job.plain = kind == KIND_FIXED;
	} else if (kind == KIND_FIXED) {
		return; /* not split: the boot for KIND_VARIED runs these benchmarks too */
	}
	plan->job[plan->jobs++] = job;
}

static void add_rounds(struct plan *plan, const struct options *options, const struct engine *engine)
{
	unsigned rounds = rounds_of(options, engine);
	uint64_t state = options->seed;

	for (unsigned round = 1; round <= rounds; round++) {
		size_t first = plan->jobs;

		for (size_t i = 0; i < KINDS * plan->strategies.count; i++)
			add_kind(plan, options,
			         (struct job){ .engine = engine,
			                       .strategy = &plan->strategies.item[i % plan->strategies.count],
			                       .round = round,
			                       .samples = samples_of(options, engine, rounds),
			                       .seed = options->seed + round - 1,
			                       .layout = layout_of(options, round) },
			         (enum kind)(i / plan->strategies.count));
		if (engine->exclusive)
			shuffle(&plan->job[first], plan->jobs - first, &state);
	}
}

static size_t count_variants(const struct options *options, const struct engine *engine)
{
	size_t count = 0;

	while (engine->variants && engine->variants[count] &&
	       (options->full || count < engine->variants_full))
		count++;
	return count;
}

/* Adds the jobs of an engine with variants. In each round, every variant boots every image to run
 * the benchmarks. In round 1, a boot with the self-tests precedes each of these boots, unless
 * --bench is given. */
static void add_variants(struct plan *plan, const struct options *options, const struct engine *engine)
{
	unsigned rounds = rounds_of(options, engine);
	size_t variants = count_variants(options, engine);
	struct job job = { .engine = engine, .samples = samples_of(options, engine, rounds) };

	for (job.round = 1; job.round <= rounds; job.round++) {
		job.seed = options->seed + job.round - 1;
		for (size_t i = 0; i < variants * plan->strategies.count; i++) {
			job.variant = engine->variants[i / plan->strategies.count];
			job.strategy = &plan->strategies.item[i % plan->strategies.count];
			job.self_test = true;
			job.bench = "";
			if (engine->self_test && job.round == 1 && !options->bench_given)
				plan->job[plan->jobs++] = job;
			job.self_test = false;
			job.bench = options->bench;
			plan->job[plan->jobs++] = job;
		}
	}
}

/* Adds the jobs that count VM exits or profile the guest. They are separate launches, after the
 * timed ones, because both make the guest slower. */
static void add_extra(struct plan *plan, const struct options *options, const struct engine *engine,
                      bool profile_guest)
{
	for (size_t i = 0; i < plan->strategies.count && *plan->benches.others; i++)
		plan->job[plan->jobs++] = (struct job){ .engine = engine,
			                                .strategy = &plan->strategies.item[i],
			                                .bench = plan->benches.others,
			                                .profile_guest = profile_guest,
			                                .samples = samples_of(options, engine, 1),
			                                .seed = options->seed };
}

/*
 * Adds the boots of a round that claims need, if there are any. Experiments boot in round 1 only,
 * like those that the user asks for. In a run of several rounds, they boot without the cycle model:
 * with it, some of them would take several times as long.
 */
static void add_supporting(struct plan *plan, const struct options *options, const struct supporting_run *run,
                           unsigned round)
{
	const unsigned rounds = rounds_of(options, &engine_bochs);
	const bool repeated = run->rounds > 1 && rounds > 1;
	struct linux_rows benches;
	struct job job = { .engine = &engine_bochs,
		           .strategy = &run->strategy,
		           .bench = round > 1 ? run->repeated : run->bench,
		           .cpus = run->cpus,
		           .module_limit = run->alone ? SMALL_LIMIT : 0,
		           .round = round,
		           .samples = repeated         ? samples_of(options, &engine_bochs, rounds)
		                      : options->quick ? "quick"
		                                       : "few",
		           .seed = options->seed + round - 1,
		           .layout = layout_of(options, round) };

	linux_rows_split(&benches, job.bench);
	job.plain = benches.fixed && !benches.varied && !*benches.names;
	if (round > (job.plain ? 1 : run->rounds))
		return;
	if (round == 1 && rounds > 1 && !run->alone && benches.fixed && benches.varied) {
		plan->job[plan->jobs] = job;
		plan->job[plan->jobs].rows = "fixed";
		plan->job[plan->jobs++].plain = true;
		job.rows = "first";
	}
	if (repeated && !job.plain)
		job.rows = round > 1 ? "later" : "first";
	plan->job[plan->jobs++] = job;
}

static void add_engine(struct plan *plan, const struct options *options, const struct engine *engine)
{
	if (engine->variants)
		add_variants(plan, options, engine);
	else
		add_rounds(plan, options, engine);
	if (engine == &engine_kvm && options->exits)
		add_extra(plan, options, engine, false);
	if (engine == &engine_kvm && options->profile_guest)
		add_extra(plan, options, engine, true);
	for (unsigned round = 1; round <= rounds_of(options, engine) && engine == &engine_bochs; round++)
		for (size_t i = 0; i < plan->supporting; i++)
			add_supporting(plan, options, &plan->support[i], round);
}

void plan_jobs(struct plan *plan, const struct options *options, const struct engine *const engines[],
               size_t count)
{
	size_t most;
	bool bochs = false;

	linux_rows_split(&plan->benches, options->bench);
	for (size_t i = 0; i < count; i++)
		bochs |= engines[i] == &engine_bochs;
	if (!bochs)
		plan->supporting = 0;
	most = plan->supporting * (CLAIM_ROUNDS_MAX + 1);
	for (size_t i = 0; i < count; i++)
		most += plan->strategies.count * (rounds_of(options, engines[i]) + 2) * 2 *
		        (engines[i]->variants ? count_variants(options, engines[i]) : 1);
	plan->job = calloc(most, sizeof *plan->job);
	if (!plan->job) {
		fprintf(stderr, "run-bench: no memory\n");
		exit(1);
	}
	for (int exclusive = 0; exclusive < 2; exclusive++)
		for (size_t i = 0; i < count; i++)
			if (engines[i]->exclusive == (exclusive == 1))
				add_engine(plan, options, engines[i]);
}

void plan_free(struct plan *plan)
{
	free(plan->job);
	plan->job = NULL;
	plan->jobs = 0;
}
