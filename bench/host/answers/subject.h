/* SPDX-License-Identifier: MIT */
/*
 * Subjects and views. Tables and figures compare builds on subjects (one benchmark with one
 * parameter in one metric), in each view (the numbers of one engine in one unit).
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
	 * The same for benchmarks by size. On Bochs it is work: a REP instruction counts once in
	 * instructions, however much it copies.
	 */
	const char *sized, *sized_low, *sized_high;
	const char *sized_unit;
	const char *meaning; /* a sentence for the report that says what the numbers are */
};

/* All views, in the order in which figures are drawn and tables are shown. */
extern const struct view views[];
extern const size_t views_count;

/*
 * Returns true if this view can show the subject. A subject that has its own metric is shown only
 * in views that are an engine's own view, and so not in modelled cycles.
 */
bool subject_is_of(const struct subject *subject, const struct view *view);

/* Returns true if the view shows this subject in its metric for sizes. */
bool subject_is_sized(const struct subject *subject);

/* Return the metric in which the view shows the subject, and its unit; the unit is NULL if the
 * database has it. */
const char *subject_metric(const struct subject *subject, const struct view *view);
const char *subject_unit(const struct subject *subject, const struct view *view);

/*
 * SQL condition: on engine ?1, `work` differs from `instructions` in some strategy, for the row's
 * columns `benchmark` and `parameter` of the table summary. Tables then show both.
 */
#define WORK_DIFFERS                                                                                \
	"EXISTS (SELECT 1 FROM summary i JOIN summary w USING (engine, strategy, cpus, benchmark, " \
	"parameter) WHERE i.engine = ?1 AND i.benchmark = summary.benchmark AND i.parameter = "     \
	"summary.parameter AND i.metric = 'instructions' AND w.metric = 'work' AND i.median <> "    \
	"w.median)"

/*
 * SQL expression for the metric that tables show for the column `benchmark`: "latency" for
 * irq.latency.loading, otherwise `metric`, which is an SQL expression too.
 */
#define SHOWN_METRIC(metric)     "CASE benchmark WHEN 'irq.latency.loading' THEN 'latency' ELSE " metric " END"

/*
 * ORDER BY terms that sort strategies: presets first, in the order of kernel/axes.txt, then the
 * others by name. `strategy` is the column that holds the name.
 */
#define STRATEGY_ORDER(strategy) "CASE " strategy PRESET_ORDER " END, " strategy
