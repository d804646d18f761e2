/* SPDX-License-Identifier: MIT */
/* Runs the boots of a plan, several at a time if the engines allow it. */
#pragma once

#include "bench/host/session/plan.h"
#include "bench/host/store/folder.h"
#include "bench/host/store/store.h"

struct runner_setup {
	const struct plan *plan;
	const struct options *options;
	const struct folder *folder;
	struct store *store;
};

struct runner_result {
	/* Launches that the instrumentation library ended because a requirement is not met. */
	size_t refused;
	size_t complete; /* launches that completed */
	size_t other;    /* launches that failed, were damaged, cut short or timed out */
	size_t skipped;  /* launches that were not started */
	uint64_t rows;   /* benchmark rows started or skipped by the guests */
};

/*
 * Runs all jobs of the plan and writes their results to the store. An interrupt, or an error of the
 * store, stops the running launches and skips the jobs that have not begun.
 */
struct runner_result runner_run(const struct runner_setup *setup);
