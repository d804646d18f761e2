/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/host/answers/number.h"
#include "bench/host/base/text.h"
#include "bench/host/engine/strategy.h"
#include "bench/host/report/plots_data.h"

#include <stdbool.h>
#include <string.h>

/* How a strategy compares with the best one. The figures read these numbers. */
enum standing {
	UNDECIDED, /* no difference is shown, or there is none */
	WORSE,     /* it is shown to be worse than the best one */
	BEST,      /* the best one, if another is shown to be worse */
};

/*
 * Compares the strategies in benchmark ?4 and metric ?5, for parameter ?6 or, if ?6 is NULL, for
 * each parameter. The best strategy is the one with the lowest median. Selects the ratio of each
 * strategy to the best one, and the ratio's interval. In modelled cycles this interval also spans
 * the intervals with the model's low and high parameters (metrics ?7 and ?8).
 */
static const char best_sql[] =
        "WITH of AS (SELECT strategy, parameter, median, unit, flags" ROWS
        " AND benchmark = ?4 AND metric = ?5 AND median > 0 AND (?6 IS NULL OR parameter = ?6)),"
        " ranked AS (SELECT *, first_value(strategy) OVER w AS best, first_value(median) OVER w AS least,"
        " first_value(flags) OVER w AS least_flags FROM of"
        " WINDOW w AS (PARTITION BY parameter ORDER BY median, " STRATEGY_ORDER(
                "strategy") ")),"
                            " ratios AS (SELECT r.*, (SELECT ratio FROM comparisons c WHERE c.engine = ?1 "
                            "AND c.benchmark = ?4 AND"
                            " c.parameter = r.parameter AND c.metric = ?5 AND a = r.strategy AND b = best) "
                            "AS ratio,"
                            " (SELECT min(ci_low) FROM comparisons c WHERE c.engine = ?1 AND c.benchmark = "
                            "?4 AND"
                            " c.parameter = r.parameter AND c.metric IN (?5, ?7, ?8) AND a = r.strategy AND "
                            "b = best) AS low,"
                            " (SELECT max(ci_high) FROM comparisons c WHERE c.engine = ?1 AND c.benchmark = "
                            "?4 AND"
                            " c.parameter = r.parameter AND c.metric IN (?5, ?7, ?8) AND a = r.strategy AND "
                            "b = best) AS high,"
                            " EXISTS (SELECT 1 FROM decided d WHERE d.engine = ?1 AND d.benchmark = ?4 AND"
                            " d.parameter = r.parameter AND d.metric = ?5 AND a = r.strategy AND b = best "
                            "AND d.ci_low > 1)"
                            " AS worse FROM ranked r)"
                            " SELECT strategy, parameter, coalesce(ratio, median / least), coalesce(low, "
                            "ratio, median / least),"
                            " coalesce(high, ratio, median / least), CASE WHEN worse THEN 1"
                            " WHEN median = least AND max(worse) OVER (PARTITION BY parameter) THEN 2 ELSE 0 "
                            "END,"
                            " median, unit, flags || ',' || least_flags FROM ratios"
                            " ORDER BY " STRATEGY_ORDER("strategy") ", parameter";

enum column { STRATEGY, PARAMETER, RATIO, LOW, HIGH, STANDING, MEDIAN, UNIT, FLAGS };

_Static_assert(UNDECIDED == 0 && WORSE == 1 && BEST == 2, "as in best_sql");

/* Prepares best_sql for one parameter, or for all if `parameter` is NULL. Returns NULL after a
 * message. */
static sqlite3_stmt *query_best(sqlite3 *db, const struct view *view, const char *benchmark,
                                const char *metric, const long long *parameter)
{
	sqlite3_stmt *query = plots_query(db, view, best_sql);

	if (query) {
		sqlite3_bind_text(query, 4, benchmark, -1, SQLITE_TRANSIENT);
		sqlite3_bind_text(query, 5, metric, -1, SQLITE_STATIC);
		if (parameter)
			sqlite3_bind_int64(query, 6, *parameter);
		sqlite3_bind_text(query, 7, view->low, -1, SQLITE_STATIC);
		sqlite3_bind_text(query, 8, view->high, -1, SQLITE_STATIC);
	}
	return query;
}

/* The strategies of a view, in the order of the rows of its overview. */
struct rows {
	char names[STRATEGIES_MAX][NAME_SIZE];
	size_t count;
};

static int list_strategies(sqlite3 *db, const struct view *view, struct rows *rows)
{
	sqlite3_stmt *query = plots_query(
	        db, view, "SELECT DISTINCT strategy" ROWS " ORDER BY " STRATEGY_ORDER("strategy"));

	rows->count = 0;
	while (query && rows->count < STRATEGIES_MAX && sqlite3_step(query) == SQLITE_ROW)
		snprintf(rows->names[rows->count++], NAME_SIZE, "%s", plots_word(query, 0, false));
	sqlite3_finalize(query);
	return query ? 0 : -1;
}

/* Returns the number of a strategy's row, counted from 1. If the strategy has no row, returns the
 * number of the first free row. */
static size_t row_of(const struct rows *rows, const char *strategy)
{
	size_t i = 0;

	while (i < rows->count && strcmp(rows->names[i], strategy) != 0)
		i++;
	return i + 1;
}

/* Returns the view that has the subject's numbers for the overview of `view`: `view` itself or, if
 * it cannot show the subject, another view of the same engine that can. */
static const struct view *view_of(const struct subject *subject, const struct view *view)
{
	for (size_t i = 0; i < views_count && !subject_is_of(subject, view); i++)
		if (!strcmp(views[i].engine, view->engine) && subject_is_of(subject, &views[i]))
			return &views[i];
	return view;
}

/*
 * Writes a line of overview.dat per strategy that has a value for the subject. `x` is the subject's
 * column in the figure. A line ends with "=" and the marks for the flags of two values: the
 * strategy's and the lowest. Returns 1 if a line was written, 0 if none, or -1 after a message.
 */
static int write_subject(FILE *out, sqlite3 *db, const struct view *shown, const struct subject *subject,
                         const struct rows *rows, int x)
{
	const struct view *view = view_of(subject, shown);
	const char *metric =
	        subject_is_sized(subject) ? plots_sized_metric(db, view) : subject_metric(subject, view);
	const char *unit = subject_unit(subject, view);
	sqlite3_stmt *query = query_best(db, view, subject->benchmark, metric, &subject->parameter);
	int found = 0;

	if (!query)
		return -1;
	for (; sqlite3_step(query) == SQLITE_ROW; found = 1) {
		const char *strategy = plots_word(query, STRATEGY, false);
		char marks[NUMBER_MARKS_MAX];

		fprintf(out, "%d %zu %s %s %s \"%s\" \"%s\" %s =%s\n", x, row_of(rows, strategy), strategy,
		        plots_text(query, RATIO), plots_text(query, MEDIAN), subject->title,
		        unit ? unit : plots_word(query, UNIT, false), plots_text(query, STANDING),
		        number_marks(plots_text(query, FLAGS), marks));
	}
	sqlite3_finalize(query);
	return found;
}

static int write_overview(sqlite3 *db, const char *data_dir, const struct view *view)
{
	struct rows rows;
	char path[PATH_MAX];
	FILE *out = plots_open(path, data_dir, view->name, "overview.dat");
	int x = 1;
	int found = out ? list_strategies(db, view, &rows) : -1;

	if (!out)
		return -1;
	fputs("x y strategy ratio value subject unit standing marks\n", out);
	for (size_t i = 0; i < subjects_count && found >= 0; i++) {
		found = write_subject(out, db, view, &subjects[i], &rows, x);
		x += found > 0;
	}
	return plots_close(out, path) || found < 0 ? -1 : 0;
}

/* Writes the files .ratio of one benchmark, one per strategy. Returns 0, or -1 after a message. */
static int write_best(sqlite3 *db, const char *data_dir, const struct view *view, const char *benchmark)
{
	sqlite3_stmt *query = query_best(db, view, benchmark, plots_sized_metric(db, view), NULL);
	char strategy[NAME_SIZE] = "";
	char path[PATH_MAX];
	FILE *out = NULL;
	int status = query ? 0 : -1;

	while (status == 0 && sqlite3_step(query) == SQLITE_ROW) {
		if (!out || strcmp(plots_text(query, STRATEGY), strategy) != 0) {
			status = out ? plots_close(out, path) : 0;
			snprintf(strategy, sizeof strategy, "%s", plots_text(query, STRATEGY));
			out = plots_open_series(path, data_dir, view->name, benchmark, strategy, "ratio");
			if (!out)
				break;
			fputs("parameter ratio ratio_low ratio_high standing\n", out);
		}
		fprintf(out, "%s %s %s %s %s\n", plots_text(query, PARAMETER), plots_text(query, RATIO),
		        plots_text(query, LOW), plots_text(query, HIGH), plots_text(query, STANDING));
	}
	sqlite3_finalize(query);
	return (out && plots_close(out, path)) || !out ? -1 : status;
}

int plots_best_write(sqlite3 *db, const char *data_dir, const struct view *view)
{
	sqlite3_stmt *query = plots_query(db, view,
	                                  "SELECT DISTINCT benchmark" ROWS
	                                  " AND benchmark GLOB 'exec.*' AND median > 0 AND metric = ?4");
	int status = query ? write_overview(db, data_dir, view) : -1;

	if (query)
		sqlite3_bind_text(query, 4, plots_sized_metric(db, view), -1, SQLITE_STATIC);
	while (status == 0 && sqlite3_step(query) == SQLITE_ROW)
		status = write_best(db, data_dir, view, plots_text(query, 0));
	sqlite3_finalize(query);
	return status;
}
