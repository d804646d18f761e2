/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/host/report/plots_data.h"
#include "bench/host/answers/number.h"
#include "bench/host/base/complain.h"
#include "bench/host/base/sql.h"
#include "bench/host/base/text.h"
#include "strategies.h" /* made from kernel/axes.txt */

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define METRICS_MAX 64

int plots_make_dir(const char *path)
{
	return mkdir(path, 0777) && errno != EEXIST ? complain("plots", "%s: %s", path, strerror(errno)) : 0;
}

FILE *plots_open(char path[PATH_MAX], const char *data_dir, const char *view, const char *name)
{
	FILE *out;

	if (snprintf(path, PATH_MAX, "%s/%s%s%s", data_dir, view, *view ? "/" : "", name) >= PATH_MAX) {
		complain("plots", "%s: %s", data_dir, "the name is too long");
		return NULL;
	}
	out = fopen(path, "we");
	if (!out)
		complain("plots", "%s: %s", path, strerror(errno));
	return out;
}

int plots_close(FILE *out, const char *path)
{
	bool failed = ferror(out);

	failed |= fclose(out) != 0;
	return failed ? complain("plots", "%s: %s", path, "cannot be written; is the disk full?") : 0;
}

sqlite3_stmt *plots_query(sqlite3 *db, const struct view *view, const char *sql)
{
	sqlite3_stmt *query = sql_prepare(db, "plots", "results.sqlite", sql);

	if (!query)
		return NULL;
	sqlite3_bind_text(query, 1, view->engine, -1, SQLITE_STATIC);
	sqlite3_bind_text(query, 2, view->metric, -1, SQLITE_STATIC);
	sqlite3_bind_text(query, 3, view->name, -1, SQLITE_STATIC);
	return query;
}

const char *plots_text(sqlite3_stmt *query, int column)
{
	const char *value = (const char *)sqlite3_column_text(query, column);

	return value ? value : "NaN";
}

const char *plots_word(sqlite3_stmt *query, int column, bool list)
{
	static char words[4][2048];
	static unsigned turn;
	const char *from = plots_text(query, column);
	char *to = name_for_file(from, words[turn++ % 4], sizeof words[0]);

	for (size_t i = 0; list && to[i]; i++)
		to[i] = from[i] == ' ' ? ' ' : to[i];
	return to;
}

/* Copies the names that the query selects to `pool`, which has `size` bytes, and stores pointers to
 * them in `names`. Returns their number, at most METRICS_MAX. */
static size_t list_metrics(sqlite3_stmt *query, const char **names, char *pool, size_t size)
{
	size_t count = 0;

	while (count < METRICS_MAX && sqlite3_step(query) == SQLITE_ROW) {
		int length = snprintf(pool, size, "%s", plots_word(query, 0, false));

		if (length < 0 || (size_t)length + 1 > size)
			break;
		names[count++] = pool;
		pool += length + 1;
		size -= (size_t)length + 1;
	}
	return count;
}

/* Writes a line per parameter. For each metric the line has the median and the ends of its
 * interval, or three NaN if the metric was not measured. The query must sort its rows by parameter,
 * then in the order of `metrics`. */
static void write_lines(FILE *out, sqlite3_stmt *query, const char *const *metrics, size_t count)
{
	long long last = -1;
	size_t next = count;

	while (sqlite3_step(query) == SQLITE_ROW) {
		long long parameter = sqlite3_column_int64(query, 0);

		if (parameter != last) {
			for (; next < count; next++)
				fputs(" NaN NaN NaN", out);
			fprintf(out, "\n%lld", parameter);
			next = 0;
			last = parameter;
		}
		for (; next < count && strcmp(metrics[next], plots_word(query, 1, false)); next++)
			fputs(" NaN NaN NaN", out);
		if (next < count)
			fprintf(out, " %s %s %s", plots_text(query, 2), plots_text(query, 3),
			        plots_text(query, 4));
		next++;
	}
	for (; next < count; next++)
		fputs(" NaN NaN NaN", out);
	putc('\n', out);
}

FILE *plots_open_series(char path[PATH_MAX], const char *data_dir, const char *view, const char *benchmark,
                        const char *strategy, const char *ending)
{
	char name[NAME_MAX];
	char first[NAME_SIZE], second[NAME_SIZE];

	snprintf(name, sizeof name, "%s.%s.%s", name_for_file(benchmark, first, sizeof first),
	         name_for_file(strategy, second, sizeof second), ending);
	return plots_open(path, data_dir, view, name);
}

/* The two queries of a data file of one benchmark (?4) and strategy (?5). */
struct series_queries {
	const char *ending;
	const char *metrics; /* the names of the columns */
	const char *lines;   /* parameter, metric, median, the ends of its interval */
};

static const struct series_queries series_data = {
	"dat",
	"SELECT DISTINCT metric" ROWS " AND benchmark = ?4 AND strategy = ?5 ORDER BY metric",
	"SELECT parameter, metric, median, ci_low, ci_high" ROWS
	" AND benchmark = ?4 AND strategy = ?5 ORDER BY parameter, metric",
};

/* <metric> is the median of the samples before the overhead is subtracted; <metric>_low is the
 * median of the overhead samples. Both are taken over the samples of all launches together. */
static const struct series_queries series_whole = {
	"whole",
	"SELECT DISTINCT metric FROM good_sample WHERE engine = ?1 AND benchmark = ?4 AND strategy = ?5"
	" ORDER BY metric",
	"WITH ranked AS (SELECT parameter, metric, overhead, value,"
	" row_number() OVER (PARTITION BY parameter, metric, overhead ORDER BY value) AS place,"
	" count(*) OVER (PARTITION BY parameter, metric, overhead) AS n FROM good_sample"
	" WHERE engine = ?1 AND benchmark = ?4 AND strategy = ?5)"
	" SELECT parameter, metric, avg(value) FILTER (WHERE NOT overhead), avg(value) FILTER (WHERE "
	"overhead),"
	" NULL FROM ranked WHERE place IN ((n + 1) / 2, (n + 2) / 2) GROUP BY 1, 2 ORDER BY 1, 2",
};

/* Writes a data file of one benchmark and strategy. Returns 0, or -1 after a message. */
static int write_series(sqlite3 *db, const char *data_dir, const struct view *view, const char *benchmark,
                        const char *strategy, const struct series_queries *queries)
{
	sqlite3_stmt *names = plots_query(db, view, queries->metrics);
	sqlite3_stmt *lines = plots_query(db, view, queries->lines);
	const char *metrics[METRICS_MAX];
	char pool[METRICS_MAX * 32];
	char path[PATH_MAX];
	size_t count;
	FILE *out = NULL;
	int status = -1;

	if (names && lines)
		out = plots_open_series(path, data_dir, view->name, benchmark, strategy, queries->ending);
	if (out) {
		sqlite3_bind_text(names, 4, benchmark, -1, SQLITE_STATIC);
		sqlite3_bind_text(names, 5, strategy, -1, SQLITE_STATIC);
		sqlite3_bind_text(lines, 4, benchmark, -1, SQLITE_STATIC);
		sqlite3_bind_text(lines, 5, strategy, -1, SQLITE_STATIC);
		count = list_metrics(names, metrics, pool, sizeof pool);
		fputs("parameter", out);
		for (size_t i = 0; i < count; i++)
			fprintf(out, " %s %s_low %s_high", metrics[i], metrics[i], metrics[i]);
		write_lines(out, lines, metrics, count);
		status = plots_close(out, path);
	}
	sqlite3_finalize(names);
	sqlite3_finalize(lines);
	return status;
}

/*
 * Writes how the samples of an interrupt benchmark are distributed: a line per value, with the
 * number of samples that have this value and their share of all samples. A value is a sample less
 * the median overhead of its launch. Returns 0, or -1 after a message.
 */
static int write_distribution(sqlite3 *db, const char *data_dir, const struct view *view,
                              const char *benchmark, const char *strategy)
{
	static const char sql[] =
	        "WITH s AS (SELECT launch, value, overhead FROM good_sample"
	        " WHERE engine = ?1 AND metric = ?2 AND ?3 <> '' AND benchmark = ?4 AND strategy = ?5 AND "
	        "parameter = 0),"
	        " ranked AS (SELECT launch, value, row_number() OVER (PARTITION BY launch ORDER BY value) AS "
	        "place,"
	        " count(*) OVER (PARTITION BY launch) AS n FROM s WHERE overhead),"
	        " empty AS (SELECT launch, avg(value) AS value FROM ranked"
	        " WHERE place IN ((n + 1) / 2, (n + 2) / 2) GROUP BY launch)"
	        " SELECT max(s.value - coalesce(empty.value, 0), 0) AS v, count(*), 1.0 * count(*) / "
	        "sum(count(*)) OVER () FROM s LEFT JOIN empty USING (launch)"
	        " WHERE NOT overhead GROUP BY v ORDER BY v";
	sqlite3_stmt *query = plots_query(db, view, sql);
	char path[PATH_MAX];
	FILE *out = NULL;
	int status = -1;

	if (query)
		out = plots_open_series(path, data_dir, view->name, benchmark, strategy, "samples");
	if (out) {
		sqlite3_bind_text(query, 4, benchmark, -1, SQLITE_STATIC);
		sqlite3_bind_text(query, 5, strategy, -1, SQLITE_STATIC);
		fputs("value samples share\n", out);
		while (sqlite3_step(query) == SQLITE_ROW)
			fprintf(out, "%s %s %s\n", plots_text(query, 0), plots_text(query, 1),
			        plots_text(query, 2));
		status = plots_close(out, path);
	}
	sqlite3_finalize(query);
	return status;
}

static int write_all_series(sqlite3 *db, const char *data_dir, const struct view *view)
{
	sqlite3_stmt *query = plots_query(db, view, "SELECT DISTINCT benchmark, strategy" ROWS);
	int status = query ? 0 : -1;

	while (status == 0 && sqlite3_step(query) == SQLITE_ROW) {
		const char *benchmark = plots_text(query, 0);
		bool own = !strcmp(view->name, view->engine);

		if (own)
			status = write_series(db, data_dir, view, benchmark, plots_text(query, 1),
			                      &series_data);
		/* Overhead samples of switch.pingpong touch the pages too, and miss the TLB if
		 * there are many pages. So the figure shows both medians, not their difference. */
		if (own && status == 0 && !strcmp(benchmark, "switch.pingpong"))
			status = write_series(db, data_dir, view, benchmark, plots_text(query, 1),
			                      &series_whole);
		if (status == 0 && (strstr(benchmark, "irq.entry") || strstr(benchmark, "irq.roundtrip")))
			status = write_distribution(db, data_dir, view, benchmark, plots_text(query, 1));
	}
	sqlite3_finalize(query);
	return status;
}

/* Writes a gnuplot function that maps, for each row of the query, the text of column 0 to that of
 * column 1, and any other text to "": NAME(x) = x eq "<column 0>" ? "<column 1>" : … : "". Returns
 * 0, or -1 after a message. */
static int write_choice(FILE *out, sqlite3 *db, const struct view *view, const char *name, const char *sql)
{
	sqlite3_stmt *query = plots_query(db, view, sql);

	if (!query)
		return -1;
	fprintf(out, "%s(x) =", name);
	while (sqlite3_step(query) == SQLITE_ROW)
		fprintf(out, " x eq \"%s\" ? \"%s\" :", plots_word(query, 0, false),
		        plots_word(query, 1, true));
	fputs(" \"\"\n", out);
	sqlite3_finalize(query);
	return 0;
}

/* Writes the gnuplot variable `profile`: the name of the cycle model's profile, "" if the run had
 * none. Returns 0, or -1 after a message. */
static int write_profile(FILE *out, sqlite3 *db)
{
	sqlite3_stmt *query =
	        sql_prepare(db, "plots", "results.sqlite",
	                    "SELECT value FROM environment WHERE key = 'run.profile' AND value <> 'none'");

	if (!query)
		return -1;
	fprintf(out, "profile = \"%s\"\n",
	        sqlite3_step(query) == SQLITE_ROW ? plots_word(query, 0, false) : "");
	sqlite3_finalize(query);
	return 0;
}

const char *plots_sized_metric(sqlite3 *db, const struct view *view)
{
	sqlite3_stmt *query = plots_query(
	        db, view,
	        "SELECT 1 FROM summary WHERE engine = ?1 AND ?2 <> '' AND ?3 <> '' AND metric = ?4 LIMIT 1");
	bool measured = false;

	if (query) {
		sqlite3_bind_text(query, 4, view->sized, -1, SQLITE_STATIC);
		measured = sqlite3_step(query) == SQLITE_ROW;
	}
	sqlite3_finalize(query);
	return measured ? view->sized : view->metric;
}

/* Writes the gnuplot variables whose names begin with `sized`. They describe the metric in which
 * the view shows benchmarks that have a size. */
static void write_sized(FILE *out, sqlite3 *db, const struct view *view)
{
	bool measured = plots_sized_metric(db, view) == view->sized;

	fprintf(out, "sized = \"%s\"\nsized_low = \"%s\"\nsized_high = \"%s\"\nsized_unit = \"%s\"\n",
	        measured ? view->sized : view->metric, measured ? view->sized_low : view->low,
	        measured ? view->sized_high : view->high, measured ? view->sized_unit : view->unit);
}

/* Writes the gnuplot variable `every`: the names of all strategies of the view. Returns 0, or -1
 * after a message. */
static int write_every(FILE *out, sqlite3 *db, const struct view *view)
{
	sqlite3_stmt *query = plots_query(
	        db, view, "SELECT DISTINCT strategy" ROWS " ORDER BY " STRATEGY_ORDER("strategy"));

	if (!query)
		return -1;
	fputs("every = \"", out);
	for (const char *between = ""; sqlite3_step(query) == SQLITE_ROW; between = " ")
		fprintf(out, "%s%s", between, plots_word(query, 0, false));
	fputs("\"\n", out);
	sqlite3_finalize(query);
	return 0;
}

/* Writes two gnuplot functions whose argument is the name of a value of an axis: curve(x) returns a
 * number that plots/style.gp maps to a line style, point_of(x) a point type of gnuplot. */
static void write_style(FILE *out)
{
#define CURVE(name, curve, point) fprintf(out, " x eq \"%s\" ? %d :", name, curve);
#define POINT(name, curve, point) fprintf(out, " x eq \"%s\" ? %d :", name, point);
	fputs("curve(x) =", out);
	STACKS(CURVE)
	LOADERS(CURVE)
	ISOLATIONS(CURVE)
	fputs(" 0\npoint_of(x) =", out);
	STACKS(POINT)
	LOADERS(POINT)
	ISOLATIONS(POINT)
	fputs(" -1\n", out);
}

/* Writes index.gp, which the scripts load first: the view's names, the profile and the strategies
 * measured. Returns 0, or -1 after a message. */
static int write_index(sqlite3 *db, const char *data_dir, const struct view *view)
{
	char path[PATH_MAX];
	FILE *out = plots_open(path, data_dir, view->name, "index.gp");
	int status;

	if (!out)
		return -1;
	fprintf(out, "# What this run measured on %s; written from the table summary.\n", view->engine);
	fprintf(out, "engine = \"%s\"\nview = \"%s\"\nunit = \"%s\"\n", view->engine, view->name, view->unit);
	fprintf(out, "main = \"%s\"\nmain_low = \"%s\"\nmain_high = \"%s\"\n", view->metric, view->low,
	        view->high);
	write_sized(out, db, view);
	status = write_profile(out, db);
	status |= write_every(out, db, view);
	status |= write_choice(out, db, view, "strategies",
	                       "SELECT benchmark, group_concat(strategy, ' ') FROM"
	                       " (SELECT DISTINCT benchmark, strategy" ROWS
	                       " ORDER BY benchmark, " STRATEGY_ORDER("strategy") ") GROUP BY benchmark");
	status |= write_choice(out, db, view, "stack_of", "SELECT DISTINCT strategy, stack" ROWS);
	status |= write_choice(out, db, view, "loader_of", "SELECT DISTINCT strategy, loader" ROWS);
	status |= write_choice(out, db, view, "isolation_of", "SELECT DISTINCT strategy, isolation" ROWS);
	write_style(out);
	return plots_close(out, path) || status ? -1 : 0;
}

#define MEASURED ROWS " AND instr(' ' || ?4 || ' ', ' ' || benchmark || ' ')"

bool plots_data_has(sqlite3 *db, const struct view *view, const char *benchmarks, const char *metrics,
                    const char *builds)
{
	static const char claims[] = "SELECT 1 FROM claims WHERE ?1 <> '' AND ?2 <> '' AND ?3 <> '' AND ?4 "
	                             "<> '' AND ?5 = '' LIMIT 1";
	static const char rows[] =
	        "SELECT 1" MEASURED " AND (?5 = '' OR instr(' ' || ?5 || ' ', ' ' || metric || ' ')) LIMIT 1";
	static const char profiles[] =
	        "SELECT 1" MEASURED " AND ?3 = ?1 AND EXISTS (SELECT 1 FROM functions f JOIN launches l"
	        " ON l.id = f.launch WHERE l.engine = ?1 AND l.strategy = c.strategy AND"
	        " f.benchmark = c.benchmark AND f.kind = 'row' AND"
	        " instr(' ' || ?5 || ' ', ' ' || f.metric || ' ')) LIMIT 1";
	static const char any[] = "SELECT 1 FROM good_summary WHERE engine = ?1 AND ?2 <> '' AND ?3 = ?1 AND"
	                          " instr(' ' || ?4 || ' ', ' ' || benchmark || ' ') AND"
	                          " (?5 = '' OR instr(' ' || ?5 || ' ', ' ' || metric || ' ')) AND"
	                          " EXISTS (SELECT 1 FROM compared_good WHERE engine = ?1) LIMIT 1";
	const char *const queries[] = { strcmp(benchmarks, "claims") == 0 ? claims
		                        : strcmp(builds, "any") == 0      ? any
		                                                          : rows,
		                        strstr(metrics, "profile_") ? profiles : NULL };
	bool has = false;

	if (strcmp(builds, "pairs") == 0)
		return plots_isolation_has(db, view);
	for (size_t i = 0; i < 2 && queries[i] && !has; i++) {
		sqlite3_stmt *query = plots_query(db, view, queries[i]);

		if (query) {
			sqlite3_bind_text(query, 4, benchmarks, -1, SQLITE_STATIC);
			sqlite3_bind_text(query, 5, metrics, -1, SQLITE_STATIC);
			has = sqlite3_step(query) == SQLITE_ROW;
		}
		sqlite3_finalize(query);
	}
	return has;
}

int plots_data_write(sqlite3 *db, const char *data_dir, const struct view *view)
{
	sqlite3_stmt *any = plots_query(db, view, "SELECT 1" ROWS " LIMIT 1");
	bool empty = any && sqlite3_step(any) != SQLITE_ROW;
	char path[PATH_MAX];

	sqlite3_finalize(any);
	if (!any)
		return -1;
	if (empty)
		return 0;
	if (snprintf(path, sizeof path, "%s/%s", data_dir, view->name) >= (int)sizeof path)
		return complain("plots", "%s: %s", data_dir, "the name is too long");
	return plots_make_dir(path) || write_index(db, data_dir, view) ||
	                       write_all_series(db, data_dir, view) || plots_best_write(db, data_dir, view)
	               ? -1
	               : 0;
}

int plots_data_write_claims(sqlite3 *db, const char *data_dir)
{
	static const char sql[] = "SELECT id, verdict, kind, row_number() OVER"
	                          " (PARTITION BY kind, iif(kind = 'experiment', verdict, '') ORDER BY id)"
	                          " FROM claims ORDER BY id";
	sqlite3_stmt *query = sql_prepare(db, "plots", "claims", sql);
	char path[PATH_MAX];
	FILE *out;

	if (!query)
		return -1;
	out = plots_open(path, data_dir, "", "claims.dat");
	if (out) {
		fputs("id verdict kind place\n", out);
		while (sqlite3_step(query) == SQLITE_ROW)
			fprintf(out, "%d \"%s\" %s %s\n", sqlite3_column_int(query, 0),
			        plots_word(query, 1, true), plots_text(query, 2), plots_text(query, 3));
	}
	sqlite3_finalize(query);
	return out ? plots_close(out, path) : -1;
}
