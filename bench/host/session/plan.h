/* SPDX-License-Identifier: MIT */
/* The plan of a run: the list of its boots, in order. */
#pragma once

#include "bench/host/engine/engine.h"
#include "bench/host/engine/linux_rows.h"
#include "bench/host/session/options.h"

/* A job is one boot of one image on one engine. */
struct job {
	const struct engine *engine;
	const struct strategy *strategy;
	const char *variant;   /* the engine's variant, or NULL */
	bool self_test;        /* the boot runs self-tests, not benchmarks */
	uint64_t module_limit; /* as in struct engine_boot */
	bool linux_programs;   /* as in struct engine_boot */
	/* Globs of the benchmarks to run, separated by commas; "" for self-tests. */
	const char *bench;
	/* Number of the round, from 1. Round 0 is a boot that keeps no samples: it profiles the guest
	 * if `profile_guest` is true, and counts VM exits otherwise. */
	unsigned round;
	bool profile_guest;
	const char *samples; /* value of the kernel's option samples= */
	/* Seed for the kernel: the run's seed, plus 1 for each round after the first. */
	uint64_t seed;
	const char *rows; /* value of the kernel's option rows=; NULL: its default, all rows */
	bool plain;       /* no cycle model and no functions: nothing in this boot is counted */
	/* Seed for the kernel's layout, the same for all images of a round; 0: the fixed layout. */
	uint32_t layout;
	unsigned cpus; /* CPUs of the machine; 0: as many as --cpus says */
};

/* Launches that the user did not ask for, but that claims need (claims.h). */
struct supporting_run {
	struct strategy strategy;
	char bench[BENCH_GLOBS];    /* globs of round 1, separated by commas */
	char repeated[BENCH_GLOBS]; /* those of these globs that boot in later rounds, too */
	unsigned rounds;            /* the number of rounds, if the run has as many */
	bool alone;                 /* separate boots for one claim, as in struct claim_run */
	unsigned cpus;              /* as in struct job */
};

struct plan {
	struct strategy_list strategies; /* strategies that the user asked for */
	struct linux_rows benches;       /* benchmarks that the user asked for */
	size_t supporting;               /* number of items in support[] */
	struct supporting_run support[STRATEGIES_MAX];
	size_t jobs; /* number of items in job[] */
	/*
	 * The jobs. Those of engines that measure real time come last; for these engines, the jobs
	 * of a round are in random order.
	 */
	struct job *job;
};

/*
 * Clears the plan and sets its strategies to those of the options. Also adds the supporting runs
 * that the claims in bench/claims need, unless the options name benchmarks. If the options name
 * strategies, but not `all`, a claim adds supporting runs only if it is about the isolation of one
 * of these strategies, and no default strategy has this isolation. Returns 0, or -1 with the reason
 * in `why` (`size` bytes).
 */
int plan_strategies(struct plan *plan, const struct options *options, char *why, size_t size);

/* Selects, for all strategies of the plan, the images that this compiler built (compiler.h). */
void plan_set_compiler(struct plan *plan, const char *compiler);

/*
 * Fills in the jobs for `count` engines. Call plan_strategies() first. Supporting runs boot on
 * Bochs, after the others; without Bochs they are dropped. Benchmarks with Linux programs get
 * separate boots, after the other boots of the round. These benchmarks run neither on kvm-emulated
 * nor while VM exits are counted. The boots of a round may be reordered: engines that measure real
 * time get a random order, and timing_order() may change the order, too. Ends the program if out of
 * memory.
 */
void plan_jobs(struct plan *plan, const struct options *options, const struct engine *const engines[],
               size_t count);

/* Frees the jobs. */
void plan_free(struct plan *plan);
