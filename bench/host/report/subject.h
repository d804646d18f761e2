/* SPDX-License-Identifier: MIT */
/*
 * The subjects on which tables and figures compare builds: one benchmark at one size in one metric.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "strategies.h" /* made from kernel/axes.txt: PRESET_ORDER */

struct subject {
	const char *benchmark;
	long long parameter;
	const char *metric; /* NULL: the engine's measure of time */
	const char *title;  /* of a column, without the unit */
};

extern const struct subject subjects[];
extern const size_t subjects_count;

/*
 * How the numbers of one engine are shown: the metric that measures time, its bounds and its unit.
 */
struct view {
	const char *name;   /* of the folder with the figures' data, and of the tables */
	const char *suffix; /* of a figure's name, if another view is drawn first */
	const char *engine;
	const char *metric, *low, *high; /* the last two are columns of a figure's data */
	const char *unit;
	const char *meaning; /* a sentence */
};

/* All views, in the order in which figures are drawn and tables are shown. */
extern const struct view views[];
extern const size_t views_count;

/*
 * Returns true if the subject has a number in this view: only timed subjects have modelled cycles.
 */
bool subject_is_of(const struct subject *subject, const struct view *view);

/*
 * SQL expression for the metric that a table shows for a benchmark: the latency for the benchmark
 * of latency, otherwise `metric`, the engine's measure of time.
 */
#define SHOWN_METRIC(metric)     "CASE benchmark WHEN 'irq.latency.loading' THEN 'latency' ELSE " metric " END"

/*
 * ORDER BY terms for a strategy's name: presets first, in their order, then the others. `strategy`
 * is the name of the column.
 */
#define STRATEGY_ORDER(strategy) "CASE " strategy PRESET_ORDER " END, " strategy
