/* SPDX-License-Identifier: MIT */
/*
 * Finds why a strategy needs more than the one with the lowest median: the parts of the difference.
 */
#include "bench/host/answers/answers.h"
#include "bench/host/base/sql.h"

#include <math.h>
#include <string.h>

#define PART     "answers"
#define SMALLEST 0.1 /* the smallest part that is named, relative to the difference */

/*
 * The metrics that add up to the metric `sum` of a view. `what` is the name of such a metric in
 * sentences and in the figure `where`; if it is NULL, flushes() chooses the name. `brief` is a
 * shorter name.
 */
static const struct cause {
	const char *metric, *sum, *what, *brief;
} causes[] = {
	{ "due_instructions", "cycles_nominal", "instructions", "instructions" },
	{ "due_strings", "cycles_nominal", "REP MOVS and STOS", "REP strings" },
	{ "due_data", "cycles_nominal", "data cache misses", "data misses" },
	{ "due_fetch", "cycles_nominal", "code cache misses", "code misses" },
	{ "due_translation", "cycles_nominal", "TLB misses and walks", "TLB misses" },
	{ "due_mispredicts", "cycles_nominal", "mispredicted branches", "mispredicts" },
	{ "due_rings", "cycles_nominal", "ring changes, delivery", "ring changes" },
	{ "due_flushes", "cycles_nominal", NULL, NULL },
	{ "due_privileged", "cycles_nominal", "other privileged", "privileged" },
	{ "instructions", "work", "instructions", "instructions" },
	{ "rep_iterations", "work", "REP rounds", "REP rounds" },
};

#define CAUSES (sizeof causes / sizeof causes[0])

/*
 * Prepares a query and binds ?1 to the engine, ?2 to the benchmark, ?3 to the parameter, ?5 to
 * `strategy`, and ?6 to the strategy with the lowest median. is_decided() binds ?4. Returns NULL
 * after a message.
 */
static sqlite3_stmt *query(sqlite3 *db, const char *sql, const struct view *view, const struct answer *answer,
                           const struct answer_strategy *strategy)
{
	sqlite3_stmt *row = sql_prepare(db, PART, NULL, sql);

	if (row) {
		sql_bind(row, 1, view->engine);
		sql_bind(row, 2, answer->subject->benchmark);
		sqlite3_bind_int64(row, 3, answer->subject->parameter);
		sql_bind(row, 5, strategy->name);
		sql_bind(row, 6, answer->strategy[answer->least].name);
	}
	return row;
}

/*
 * Sets *more to the difference of the medians in `metric`. Returns true if this difference is
 * decided (answers.h), or if the intervals of the medians do not overlap. The second rule is for
 * medians of 0, which have no ratio. `row` is the query of answers_read_parts().
 */
static bool is_decided(sqlite3_stmt *row, const char *metric, double *more)
{
	bool decided = false;

	*more = 0;
	sql_bind(row, 4, metric);
	if (sqlite3_step(row) == SQLITE_ROW) {
		*more = sqlite3_column_double(row, 0);
		decided = sqlite3_column_int(row, 1);
	}
	sqlite3_reset(row);
	return decided;
}

/* Names the kind of flush that the strategy does more of: "INVLPG" or "CR3 loads". Returns "TLB
 * flushes" if it does more of both or of neither. */
static const char *flushes(sqlite3_stmt *row)
{
	double invlpg, loads;

	is_decided(row, "invlpg", &invlpg);
	is_decided(row, "cr3_writes", &loads);
	return invlpg > 0 && loads <= 0 ? "INVLPG" : loads > 0 && invlpg <= 0 ? "CR3 loads" : "TLB flushes";
}

/* Inserts a part. Positive parts come before negative ones. The parts of each group are sorted by
 * absolute value, the largest first. */
static void add(struct answer_strategy *strategy, const char *what, const char *brief, double more)
{
	size_t at = strategy->parts;
	double rank = more > 0 ? more : -more * 1e-3;

	while (at > 0) {
		double before = strategy->part[at - 1].more;

		if ((before > 0 ? before : -before * 1e-3) >= rank)
			break;
		at--;
	}
	if (at == ANSWER_PARTS_MAX)
		return;
	if (strategy->parts < ANSWER_PARTS_MAX)
		strategy->parts++;
	for (size_t i = strategy->parts - 1; i > at; i--)
		strategy->part[i] = strategy->part[i - 1];
	strategy->part[at] = (struct answer_part){ .what = what, .brief = brief, .more = more };
}

int answers_read_parts(sqlite3 *db, const struct view *view, const struct answer *answer,
                       struct answer_strategy *strategy)
{
	static const char sql[] =
	        "SELECT s.median - l.median, s.ci_low > l.ci_high OR s.ci_high < l.ci_low OR EXISTS (SELECT 1"
	        "  FROM decided d WHERE d.engine = ?1 AND d.benchmark = ?2 AND d.parameter = ?3 AND d.metric "
	        "= ?4"
	        "  AND d.a = ?5 AND d.b = ?6)"
	        " FROM compared_good s JOIN compared_good l USING (engine, cpus, benchmark, parameter, "
	        "metric)"
	        " WHERE engine = ?1 AND benchmark = ?2 AND parameter = ?3 AND metric = ?4 AND s.strategy = "
	        "?5 AND"
	        "  l.strategy = ?6";
	const double difference = strategy->median - answer->strategy[answer->least].median;
	sqlite3_stmt *row = query(db, sql, view, answer, strategy);
	double more;

	if (!row)
		return -1;
	strategy->parts = 0;
	for (size_t i = 0; i < CAUSES; i++) {
		const struct cause *cause = &causes[i];

		if (strcmp(cause->sum, answer->metric) != 0 || !is_decided(row, cause->metric, &more) ||
		    fabs(more) < SMALLEST * difference)
			continue;
		if (cause->what)
			add(strategy, cause->what, cause->brief, more);
		else
			add(strategy, flushes(row), flushes(row), more);
	}
	sqlite3_finalize(row);
	return 0;
}
