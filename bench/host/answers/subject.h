/* SPDX-License-Identifier: MIT */
/*
 * Subjects and views. A subject is one benchmark with one parameter in one metric. A view is the
 * numbers of one engine in one unit. Tables and figures compare the builds on each subject, once
 * per view.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "strategies.h" /* made from kernel/axes.txt: PRESET_ORDER */

struct subject {
	const char *benchmark;
	long long parameter; /* bytes or pages; 0 if the benchmark has no parameter */
	const char *metric;  /* NULL: the metric of the view */
	const char *title;   /* heading in tables and figures, without the unit */
};

extern const struct subject subjects[];
extern const size_t subjects_count;

/*
 * A view shows the numbers of one engine in one metric. A view that has the engine's name is the
 * engine's own view.
 */
struct view {
	const char *name; /* name of the view, and of the folder of the figures' data */
	/*
	 * Appended to the name of a figure. The first figure of a script has no suffix if it is
	 * drawn for an engine's own view.
	 */
	const char *suffix;
	const char *engine;
	/*
	 * The metric that measures time or comes closest to it, and the columns of the figures'
	 * data that hold the ends of its interval.
	 */
	const char *metric, *low, *high;
	const char *unit;
	/*
	 * The metric and columns for benchmarks with a parameter, which often is a size. On Bochs
	 * the metric is `work`, because `instructions` counts a REP instruction once, however much
	 * it copies.
	 */
	const char *sized, *sized_low, *sized_high;
	const char *sized_unit;
	const char *meaning; /* a sentence for the report that says what the numbers are */
};

/* All views, in the order in which figures are drawn and tables are shown. */
extern const struct view views[];
extern const size_t views_count;

/*
 * Returns true if this view can show the subject. A subject with a metric of its own is shown only
 * in an engine's own view, so it is not shown in modelled cycles.
 */
bool subject_is_of(const struct subject *subject, const struct view *view);

/* Returns true if views show this subject in their metric `sized`. */
bool subject_is_sized(const struct subject *subject);

/* Return the metric in which the view shows the subject, and the unit of this metric. The unit is
 * NULL if the subject has a metric of its own; the database then has the unit. */
const char *subject_metric(const struct subject *subject, const struct view *view);
const char *subject_unit(const struct subject *subject, const struct view *view);

/*
 * SQL condition on a row of the table summary: on engine ?1, the medians of `work` and
 * `instructions` differ in some strategy for this row's benchmark and parameter. Tables then show
 * both metrics.
 */
#define WORK_DIFFERS                                                                                \
	"EXISTS (SELECT 1 FROM summary i JOIN summary w USING (engine, strategy, cpus, benchmark, " \
	"parameter) WHERE i.engine = ?1 AND i.benchmark = summary.benchmark AND i.parameter = "     \
	"summary.parameter AND i.metric = 'instructions' AND w.metric = 'work' AND i.median <> "    \
	"w.median)"

/*
 * SQL expression for the metric that tables show for a row whose benchmark is in the column
 * `benchmark`: "latency" for irq.latency.loading, otherwise `metric`, which is an SQL expression
 * too.
 */
#define SHOWN_METRIC(metric)     "CASE benchmark WHEN 'irq.latency.loading' THEN 'latency' ELSE " metric " END"

/*
 * ORDER BY terms that sort strategies: presets first, in the order of kernel/axes.txt, then the
 * others by name. `strategy` is the column that holds the name.
 */
#define STRATEGY_ORDER(strategy) "CASE " strategy PRESET_ORDER " END, " strategy
