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
	size_t refused;  /* of `other`: the instrumentation library refused its settings */
	size_t complete; /* launches */
	size_t other;    /* launches that failed, were damaged, cut short or timed out */
	size_t skipped;  /* launches that were not started */
	uint64_t rows;   /* benchmark rows that sent anything */
};

/* Runs all jobs, until an interrupt or an error of the store. Measurements are in the store. */
struct runner_result runner_run(const struct runner_setup *setup);
