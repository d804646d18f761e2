/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/host/base/text.h"
#include "bench/host/report/plots_data.h"

#include <stdio.h>
#include <string.h>

#define SHOWN_MAX 8 /* functions that a figure tells apart; the others are drawn as one */

/* What perf counted in each function, per sample of the benchmark row. [ and ] are removed from the
 * names, because gnuplot's legend cannot show them. */
#define SAMPLED                                                                            \
	"WITH v AS (SELECT l.strategy, benchmark, parameter,"                              \
	" replace(replace(function, '[', ''), ']', '') AS name,"                           \
	" 1.0 * sum(value) / max(sum(n), 1) AS value FROM functions JOIN launches l ON"    \
	" l.id = launch WHERE l.engine = ?1 AND ?2 <> '' AND ?3 = ?1 AND kind = 'row' AND" \
	" instr(' ' || ?4 || ' ', ' ' || benchmark || ' ') GROUP BY 1, 2, 3, 4)"

struct shown {
	size_t count;
	char name[SHOWN_MAX][NAME_SIZE];
};

static sqlite3_stmt *ask(sqlite3 *db, const struct view *view, const char *benchmarks, const char *sql)
{
	sqlite3_stmt *query = plots_query(db, view, sql);

	if (query)
		sqlite3_bind_text(query, 4, benchmarks, -1, SQLITE_STATIC);
	return query;
}

/* Chooses the functions with the largest shares of the rows. Returns 0, or -1 after a message. */
static int choose(sqlite3 *db, const struct view *view, const char *benchmarks, struct shown *shown)
{
	sqlite3_stmt *query = ask(db, view, benchmarks,
	                          SAMPLED ", t AS (SELECT strategy, benchmark, parameter, sum(value) AS total"
	                                  " FROM v GROUP BY 1, 2, 3) SELECT name FROM v JOIN t"
	                                  " USING (strategy, benchmark, parameter) WHERE total > 0"
	                                  " GROUP BY name ORDER BY sum(value / total) DESC, name");

	shown->count = 0;
	while (query && shown->count < SHOWN_MAX && sqlite3_step(query) == SQLITE_ROW)
		snprintf(shown->name[shown->count++], NAME_SIZE, "%s", plots_word(query, 0, false));
	sqlite3_finalize(query);
	return query ? 0 : -1;
}

/* Writes functions.gp: the gnuplot variable `functions`, the names of the data files' columns. */
static int write_names(const char *data_dir, const struct view *view, const struct shown *shown)
{
	char path[PATH_MAX];
	FILE *out = plots_open(path, data_dir, view->name, "functions.gp");

	if (!out)
		return -1;
	fputs("functions = \"", out);
	for (size_t i = 0; i < shown->count; i++)
		fprintf(out, "%s ", shown->name[i]);
	fputs("others\"\n", out);
	return plots_close(out, path);
}

static size_t column_of(const struct shown *shown, const char *name)
{
	size_t i = 0;

	while (i < shown->count && strcmp(shown->name[i], name) != 0)
		i++;
	return i;
}

static void write_line(FILE *out, long long parameter, const double *value, size_t count)
{
	fprintf(out, "%lld", parameter);
	for (size_t i = 0; i < count; i++)
		fprintf(out, " %g", value[i]);
	putc('\n', out);
}

/*
 * Writes the data file of a benchmark and strategy: a line per parameter, whose columns are the
 * shown functions and the sum of all others. The first line, of the parameter -1, has zeros, because
 * gnuplot refuses a file without any line. Returns 0, or -1 after a message.
 */
static int write_series(sqlite3 *db, const char *data_dir, const struct view *view, const char *benchmarks,
                        const char *benchmark, const char *strategy, const struct shown *shown)
{
	sqlite3_stmt *query = ask(db, view, benchmarks,
	                          SAMPLED " SELECT parameter, name, value FROM v WHERE benchmark = ?5"
	                                  " AND strategy = ?6 ORDER BY parameter");
	double value[SHOWN_MAX + 1] = { 0 };
	long long last = -1;
	char path[PATH_MAX];
	FILE *out = NULL;
	int status = -1;

	if (query)
		out = plots_open_series(path, data_dir, view->name, benchmark, strategy, "functions");
	if (out) {
		sqlite3_bind_text(query, 5, benchmark, -1, SQLITE_STATIC);
		sqlite3_bind_text(query, 6, strategy, -1, SQLITE_STATIC);
		fputs("parameter", out);
		for (size_t i = 0; i < shown->count; i++)
			fprintf(out, " in_%s", shown->name[i]);
		fputs(" in_others\n", out);
		while (sqlite3_step(query) == SQLITE_ROW) {
			long long parameter = sqlite3_column_int64(query, 0);

			if (parameter != last) {
				write_line(out, last, value, shown->count + 1);
				memset(value, 0, sizeof value);
				last = parameter;
			}
			value[column_of(shown, plots_word(query, 1, false))] +=
			        sqlite3_column_double(query, 2);
		}
		write_line(out, last, value, shown->count + 1);
		status = plots_close(out, path);
	}
	sqlite3_finalize(query);
	return status;
}

int plots_functions_write(sqlite3 *db, const char *data_dir, const struct view *view, const char *benchmarks)
{
	struct shown shown;
	sqlite3_stmt *query;
	int status;

	if (choose(db, view, benchmarks, &shown))
		return -1;
	if (shown.count == 0)
		return 0;
	query = ask(db, view, benchmarks,
	            "SELECT DISTINCT benchmark, strategy" ROWS
	            " AND instr(' ' || ?4 || ' ', ' ' || benchmark || ' ')");
	status = query ? 0 : -1;
	for (bool first = true; status == 0 && sqlite3_step(query) == SQLITE_ROW; first = false) {
		status = first ? write_names(data_dir, view, &shown) : 0;
		if (status == 0)
			status = write_series(db, data_dir, view, benchmarks, plots_text(query, 0),
			                      plots_text(query, 1), &shown);
	}
	sqlite3_finalize(query);
	return status;
}
