/* SPDX-License-Identifier: MIT */
/* The list of boots that a run makes, in order. */
#pragma once

#include "bench/host/engine/engine.h"
#include "bench/host/engine/linux_rows.h"
#include "bench/host/session/options.h"

struct job {
	const struct engine *engine;
	const struct strategy *strategy;
	const char *variant;   /* of the engine, or NULL */
	bool self_test;        /* the boot is for the self-tests, not for benchmarks */
	uint64_t module_limit; /* see engine.h, also for the next */
	bool linux_programs;
	const char *bench;
	unsigned round; /* from 1; 0: VM exits are counted, and no samples kept */
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
	struct linux_rows benches;       /* likewise */
	size_t supporting;
	struct supporting_run support[STRATEGIES_MAX];
	size_t jobs;
	struct job *job; /* engines whose times are real come last; each of their rounds is in random order */
};

/*
 * Fills in the strategies: those of the options and, when neither some strategies nor benchmarks were chosen, those
 * that the claims in the source tree need. Returns 0, or -1 with the reason.
 */
int plan_strategies(struct plan *plan, const struct options *options, char *why, size_t size);

/*
 * Fills in the jobs for `count` engines. plan_strategies comes first; supporting runs are for Bochs alone, and without
 * it there are none. Benchmarks with programs of Linux are boots of their own, after the others of a round; kvm-emulated
 * and the count of VM exits have none.
 */
void plan_jobs(struct plan *plan, const struct options *options, const struct engine *const engines[],
               size_t count);

void plan_free(struct plan *plan);
