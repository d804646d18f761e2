/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/host/compare/summary_rows.h"
#include "bench/host/base/complain.h"
#include "bench/host/base/sql.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void series_free_names(char **names)
{
	for (int i = 0; i < SERIES_NAMES; i++)
		free(names[i]);
}

void summary_rows_free(struct summary_rows *rows)
{
	for (size_t i = 0; i < rows->count; i++)
		series_free_names(rows->items[i].names);
	free(rows->items);
}

bool series_copy_names(char **to, char *const *from)
{
	bool copied = true;

	for (int i = 0; i < SERIES_NAMES; i++) {
		to[i] = strdup(from[i]);
		copied &= to[i] != NULL;
	}
	return copied;
}

static unsigned flags_of(const char *list)
{
	return (flags_have(list, "exact") ? FLAG_EXACT : 0) | (flags_have(list, "few") ? FLAG_FEW : 0) |
	       (flags_have(list, "check-failed") ? FLAG_CHECK_FAILED : 0);
}

static int add_row(struct summary_rows *rows, sqlite3_stmt *from)
{
	char *names[SERIES_NAMES];
	struct summary_row row;

	for (int i = 0; i < SERIES_NAMES; i++)
		names[i] = (char *)sql_text(from, i);
	if (rows->count == rows->room) {
		size_t room = rows->room ? rows->room * 2 : 1024;
		struct summary_row *items = reallocarray(rows->items, room, sizeof *items);

		if (!items)
			return complain("run-bench: comparing", "out of memory");
		rows->items = items;
		rows->room = room;
	}
	row = (struct summary_row){
		.cpus = sqlite3_column_int64(from, SERIES_NAMES),
		.parameter = sqlite3_column_int64(from, SERIES_NAMES + 1),
		.stats = { .n = (size_t)sqlite3_column_int64(from, SERIES_NAMES + 2),
		           .min = sqlite3_column_double(from, SERIES_NAMES + 3),
		           .q1 = sqlite3_column_double(from, SERIES_NAMES + 4),
		           .median = sqlite3_column_double(from, SERIES_NAMES + 5),
		           .q3 = sqlite3_column_double(from, SERIES_NAMES + 6),
		           .max = sqlite3_column_double(from, SERIES_NAMES + 7),
		           .mad = sqlite3_column_double(from, SERIES_NAMES + 8),
		           .ci_low = sqlite3_column_double(from, SERIES_NAMES + 9),
		           .ci_high = sqlite3_column_double(from, SERIES_NAMES + 10) },
		.flags = flags_of(sql_text(from, SERIES_NAMES + 11)),
		.is_outcome = sqlite3_column_int(from, SERIES_NAMES + 12),
	};
	if (!series_copy_names(row.names, names)) {
		series_free_names(row.names);
		return complain("run-bench: comparing", "out of memory");
	}
	rows->items[rows->count++] = row;
	return 0;
}

int series_order(char *const *a, int64_t a_cpus, int64_t a_parameter, char *const *b, int64_t b_cpus,
                 int64_t b_parameter)
{
	static const int before[] = { ENGINE, BENCHMARK };
	static const int after[] = { METRIC, UNIT, STACK, LOADER, ISOLATION };
	int order = 0;

	for (size_t i = 0; !order && i < sizeof before / sizeof before[0]; i++)
		order = strcmp(a[before[i]], b[before[i]]);
	if (!order)
		order = (a_parameter > b_parameter) - (a_parameter < b_parameter);
	for (size_t i = 0; !order && i < sizeof after / sizeof after[0]; i++)
		order = strcmp(a[after[i]], b[after[i]]);
	return order ? order : (a_cpus > b_cpus) - (a_cpus < b_cpus);
}

static int compare_rows(const void *first, const void *second)
{
	const struct summary_row *a = first, *b = second;

	return series_order(a->names, a->cpus, a->parameter, b->names, b->cpus, b->parameter);
}

int summary_rows_load(const struct results *results, struct summary_rows *rows)
{
	/*
	 * A benchmark with the metric `tries` is an experiment. All metrics of an experiment are
	 * outcomes, not costs. In every benchmark, metrics in the unit `count` or `pid` are
	 * outcomes too.
	 */
	static const char query[] =
	        "WITH experiment AS (SELECT DISTINCT benchmark FROM summary WHERE metric = 'tries')"
	        " SELECT engine, strategy, stack, loader, isolation, benchmark, metric, unit, cpus, "
	        "parameter, n, min, q1,"
	        " median, q3, max, mad, ci_low, ci_high, flags, benchmark IN experiment OR unit IN ('count', "
	        "'pid')"
	        " FROM summary";
	sqlite3_stmt *row = sql_prepare(results->db, "run-bench", "comparing", query);
	int step, status = 0;

	if (!row)
		return -1;
	while (status == 0 && (step = sqlite3_step(row)) != SQLITE_DONE)
		status = step == SQLITE_ROW ? add_row(rows, row)
		                            : sql_complain(results->db, "run-bench", "comparing");
	sqlite3_finalize(row);
	if (rows->count > 0)
		qsort(rows->items, rows->count, sizeof *rows->items, compare_rows);
	return status;
}
