/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/host/evaluate/series.h"
#include "bench/host/base/complain.h"
#include "bench/host/base/sql.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A series is unstable if (q3 - q1) / median is larger than this. */
#define SPREAD_MAX 0.05

struct values {
	double *items;
	size_t count, room;
};

struct rowids {
	sqlite3_int64 *items;
	size_t count, room;
};

/* The list that is being filled, and the samples of the launch, round and series being read. */
struct work {
	sqlite3 *db;
	struct series_list *list;
	/*
	 * `launch` has the raw samples of the launch, and `overhead` its overhead samples. `round`
	 * has the samples of the round, and `whole` the samples of the series. In `round` and
	 * `whole` the overhead is subtracted.
	 */
	struct values launch, overhead, round, whole;
	struct rowids launch_rows; /* rowids of the samples in `launch` */
	int64_t launch_id, round_number;
};

/* The columns of the query over samples. */
enum { ROWID, LAUNCH, ROUND, CPUS, PARAMETER, VALUE, FLAGS, FIRST_NAME };

static int no_memory(void)
{
	return complain("summary", "out of memory");
}

/*
 * Makes room for one more item of `size` bytes in an array with `count` items. Returns the array,
 * which may have moved, or NULL if out of memory; then the old array remains valid.
 */
static void *grow(void *array, size_t count, size_t *room, size_t size)
{
	size_t wanted = *room ? *room * 2 : 16;

	if (count < *room)
		return array;
	array = reallocarray(array, wanted, size);
	if (array)
		*room = wanted;
	return array;
}

static bool push_value(struct values *values, double value)
{
	double *items = grow(values->items, values->count, &values->room, sizeof *items);

	if (!items)
		return false;
	values->items = items;
	items[values->count++] = value;
	return true;
}

static bool push_rowid(struct rowids *rows, sqlite3_int64 row)
{
	sqlite3_int64 *items = grow(rows->items, rows->count, &rows->room, sizeof *items);

	if (!items)
		return false;
	rows->items = items;
	items[rows->count++] = row;
	return true;
}

static bool push_outlier(struct series_list *list, sqlite3_int64 row)
{
	sqlite3_int64 *items = grow(list->outliers, list->outlier_count, &list->outlier_room, sizeof *items);

	if (!items)
		return false;
	list->outliers = items;
	items[list->outlier_count++] = row;
	return true;
}

/*
 * Ends a launch. Adds its samples to work->round, each less the median of the launch's overhead
 * samples. Adds the rowids of its outliers to work->list. Returns 0, or -1 after a message.
 */
static int end_launch(struct work *work, struct series *series)
{
	size_t n = work->launch.count;
	double overhead = 0;

	if (n > 0 && work->overhead.count > 0) {
		overhead = stats_median(work->overhead.items, work->overhead.count);
		series->flags |= FLAG_NET;
	}
	if (n > 0) {
		double *sorted = malloc(n * sizeof *sorted);

		if (!sorted)
			return no_memory();
		memcpy(sorted, work->launch.items, n * sizeof *sorted);
		struct stats stats = stats_describe(sorted, n);
		double distance = stats_outlier_distance(&stats, sorted);

		free(sorted);
		for (size_t i = 0; i < n; i++) {
			double value = work->launch.items[i];

			if (fabs(value - stats.median) > distance) {
				series->flags |= FLAG_OUTLIERS;
				if (!push_outlier(work->list, work->launch_rows.items[i]))
					return no_memory();
			}
			if (!push_value(&work->round, fmax(value - overhead, 0)))
				return no_memory();
		}
	}
	work->launch.count = 0;
	work->launch_rows.count = 0;
	work->overhead.count = 0;
	return 0;
}

static int end_round(struct work *work, struct series *series)
{
	struct round *rounds;

	if (end_launch(work, series))
		return -1;
	if (work->round.count == 0)
		return 0;
	for (size_t i = 0; i < work->round.count; i++) {
		if (!push_value(&work->whole, work->round.items[i]))
			return no_memory();
	}
	rounds = reallocarray(series->rounds, series->round_count + 1, sizeof *rounds);
	if (!rounds)
		return no_memory();
	series->rounds = rounds;
	rounds[series->round_count++] = (struct round){
		.number = work->round_number,
		.median = stats_median(work->round.items, work->round.count),
	};
	work->round.count = 0;
	return 0;
}

static void free_one(struct series *series)
{
	for (size_t i = 0; i < SERIES_NAMES; i++)
		free(series->names[i]);
	free(series->variant);
	free(series->rounds);
}

/* Facts of an image come from no boot, so they have no rounds. */
static bool has_rounds(const struct series *series)
{
	return strcmp(series->names[ENGINE], "image") != 0;
}

/*
 * Computes the statistics of a series. The samples of one round resemble one another, so the median
 * and its interval are computed from the rounds' medians. With fewer than STATS_FEWEST rounds, the
 * interval is the range of all samples. Returns 0, or -1 after a message.
 */
static int describe(struct work *work, struct series *series)
{
	const size_t rounds = series->round_count;
	double *medians = malloc(rounds * sizeof *medians);
	struct stats of_rounds;

	if (!medians)
		return no_memory();
	series->stats = stats_describe(work->whole.items, work->whole.count);
	for (size_t i = 0; i < rounds; i++)
		medians[i] = series->rounds[i].median;
	of_rounds = stats_describe(medians, rounds);
	free(medians);
	if (!has_rounds(series))
		return 0;
	series->stats.median = of_rounds.median;
	series->stats.ci_low = rounds < STATS_FEWEST ? series->stats.min : of_rounds.ci_low;
	series->stats.ci_high = rounds < STATS_FEWEST ? series->stats.max : of_rounds.ci_high;
	return 0;
}

/*
 * Ends the last series of the list, if any: computes its statistics and flags, or removes it if it
 * has only warm-up and overhead samples. Returns 0, or -1 after a message.
 */
static int end_series(struct work *work)
{
	struct series *series;

	if (work->list->count == 0)
		return 0;
	series = &work->list->items[work->list->count - 1];
	if (end_round(work, series))
		return -1;
	if (work->whole.count == 0) {
		free_one(series);
		work->list->count--;
		return 0;
	}
	if (describe(work, series))
		return -1;
	work->whole.count = 0;

	if (engine_is_deterministic(series->names[ENGINE]) && series->stats.min == series->stats.max)
		series->flags |= FLAG_EXACT | (has_rounds(series) && series->round_count < 2 ? FLAG_FEW : 0);
	else if ((has_rounds(series) ? series->round_count : series->stats.n) < STATS_FEWEST)
		series->flags |= FLAG_FEW;
	if (stats_spread(&series->stats) > SPREAD_MAX)
		series->flags |= FLAG_UNSTABLE;
	return 0;
}

static const char *column_name(sqlite3_stmt *row, int name)
{
	return sql_text(row, FIRST_NAME + name);
}

static bool same_series(const struct series *series, sqlite3_stmt *row)
{
	if (series->cpus != sqlite3_column_int64(row, CPUS) ||
	    series->parameter != sqlite3_column_int64(row, PARAMETER) ||
	    strcmp(series->variant, column_name(row, SERIES_NAMES)))
		return false;
	for (int i = 0; i < SERIES_NAMES; i++) {
		if (strcmp(series->names[i], column_name(row, i)))
			return false;
	}
	return true;
}

static int begin_series(struct work *work, sqlite3_stmt *row)
{
	struct series series = { .cpus = sqlite3_column_int64(row, CPUS),
		                 .parameter = sqlite3_column_int64(row, PARAMETER) };
	struct series *all;

	for (int i = 0; i < SERIES_NAMES; i++) {
		series.names[i] = strdup(column_name(row, i));
		if (!series.names[i]) {
			free_one(&series);
			return no_memory();
		}
	}
	series.variant = strdup(column_name(row, SERIES_NAMES));
	if (!series.variant) {
		free_one(&series);
		return no_memory();
	}
	all = grow(work->list->items, work->list->count, &work->list->room, sizeof series);
	if (!all) {
		free_one(&series);
		return no_memory();
	}
	work->list->items = all;
	all[work->list->count++] = series;
	return 0;
}

static int read_sample(struct work *work, sqlite3_stmt *row)
{
	const char *flags = (const char *)sqlite3_column_text(row, FLAGS);
	double value = sqlite3_column_double(row, VALUE);
	struct series *series;

	if (work->list->count == 0 || !same_series(&work->list->items[work->list->count - 1], row)) {
		if (end_series(work) || begin_series(work, row))
			return -1;
	} else if (work->round_number != sqlite3_column_int64(row, ROUND)) {
		if (end_round(work, &work->list->items[work->list->count - 1]))
			return -1;
	} else if (work->launch_id != sqlite3_column_int64(row, LAUNCH)) {
		if (end_launch(work, &work->list->items[work->list->count - 1]))
			return -1;
	}
	work->round_number = sqlite3_column_int64(row, ROUND);
	work->launch_id = sqlite3_column_int64(row, LAUNCH);
	series = &work->list->items[work->list->count - 1];

	if (flags_have(flags, "warmup") || flags_have(flags, "no-counts"))
		return 0;
	if (flags_have(flags, "overhead"))
		return push_value(&work->overhead, value) ? 0 : no_memory();
	if (flags_have(flags, "check-failed"))
		series->flags |= FLAG_CHECK_FAILED;
	if (flags_have(flags, "cut-short"))
		series->flags |= FLAG_CUT_SHORT;
	if (!push_value(&work->launch, value) ||
	    !push_rowid(&work->launch_rows, sqlite3_column_int64(row, ROWID)))
		return no_memory();
	return 0;
}

static int read_samples(struct work *work)
{
	/* This order groups the rows by series, then by round, then by launch. */
	static const char query[] =
	        "SELECT s.rowid, s.launch, l.round, l.cpus, s.parameter, s.value, s.flags,"
	        " l.engine, l.strategy, l.stack, l.loader, l.isolation, s.benchmark, s.metric, s.unit, "
	        "l.variant"
	        " FROM samples s JOIN launches l ON l.id = s.launch"
	        " ORDER BY l.engine, l.variant, s.benchmark, s.parameter, s.metric, s.unit, l.cpus, "
	        "l.strategy,"
	        " l.stack, l.loader, l.isolation, l.round, s.launch, s.sample, s.rowid";
	sqlite3_stmt *row = sql_prepare(work->db, "summary", "reading samples", query);
	int step;

	if (!row)
		return -1;
	while ((step = sqlite3_step(row)) == SQLITE_ROW) {
		if (read_sample(work, row)) {
			sqlite3_finalize(row);
			return -1;
		}
	}
	sqlite3_finalize(row);
	if (step != SQLITE_DONE)
		return sql_complain(work->db, "summary", "reading samples");
	return end_series(work);
}

int series_read(sqlite3 *db, struct series_list *list)
{
	struct work work = { .db = db, .list = list };
	int status = read_samples(&work);

	free(work.launch.items);
	free(work.launch_rows.items);
	free(work.overhead.items);
	free(work.round.items);
	free(work.whole.items);
	return status;
}

void series_free(struct series_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free_one(&list->items[i]);
	free(list->items);
	free(list->outliers);
	*list = (struct series_list){ 0 };
}
