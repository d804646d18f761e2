/* SPDX-License-Identifier: MIT */
/* The list of boots in a run, in order. */
#pragma once

#include "bench/host/engine/engine.h"
#include "bench/host/engine/linux_rows.h"
#include "bench/host/session/options.h"

struct job {
	const struct engine *engine;
	const struct strategy *strategy;
	const char *variant;   /* of the engine, or NULL */
	bool self_test;        /* the boot runs self-tests, not benchmarks */
	uint64_t module_limit; /* see engine.h, also for the next */
	bool linux_programs;
	const char *bench;
	unsigned round; /* from 1; 0: VM exits are counted and no samples kept */
	uint64_t seed;  /* the run's seed in round 1, one more in each later round */
};

/* A launch that was not asked for, but that a claim needs. */
struct supporting_run {
	struct strategy strategy;
	char bench[128];
	bool alone;
};

struct plan {
	struct strategy_list strategies; /* asked for */
	struct linux_rows benches;       /* those asked for */
	size_t supporting;
	struct supporting_run support[STRATEGIES_MAX];
	size_t jobs;
	/* Engines that measure real time come last; each of their rounds is in random order. */
	struct job *job;
};

/*
 * Fills in the strategies: those of the options and, if neither strategies nor benchmarks were
 * chosen, those that the claims in the source tree need. Returns 0, or -1 with the reason in `why`.
 */
int plan_strategies(struct plan *plan, const struct options *options, char *why, size_t size);

/*
 * Fills in the jobs for `count` engines, after plan_strategies(). Supporting runs boot on Bochs and
 * are dropped without it. Benchmarks with Linux programs get separate boots after the others of a
 * round, but none on kvm-emulated or for counting VM exits.
 */
void plan_jobs(struct plan *plan, const struct options *options, const struct engine *const engines[],
               size_t count);

void plan_free(struct plan *plan);
