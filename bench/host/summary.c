/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/host/summary.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/host/stats.h"

/* A series whose quartiles are further apart than this, relative to the median, is unstable. */
#define SPREAD_MAX 0.05

enum {
	FLAG_EXACT = 1 << 0,
	FLAG_FEW = 1 << 1,
	FLAG_RANGE = 1 << 2,
	FLAG_NET = 1 << 3,
	FLAG_UNSTABLE = 1 << 4,
	FLAG_OUTLIERS = 1 << 5,
	FLAG_CHECK_FAILED = 1 << 6,
	FLAG_CUT_SHORT = 1 << 7,
};

/* In the order of the bits. */
static const char *const flag_names[] = {
	"exact", "few", "range", "net", "unstable", "outliers", "check-failed", "cut-short",
};

struct values {
	double *items;
	size_t count, room;
};

struct rowids {
	sqlite3_int64 *items;
	size_t count, room;
};

struct round {
	int64_t number;
	double median;
};

enum { ENGINE, STRATEGY, STACK, LOADER, ISOLATION, BENCHMARK, METRIC, UNIT, VARIANT, NAMES };

struct series {
	char *names[NAMES];
	int64_t cpus, parameter;
	struct stats stats;
	struct round *rounds;
	size_t round_count;
	unsigned flags;
};

/* Everything that is computed, and the launch, round and series that are being read. */
struct work {
	sqlite3 *db;
	struct series *series;
	size_t series_count, series_room;
	struct rowids outliers; /* of samples */
	struct values launch, overhead, round, whole;
	struct rowids launch_rows;
	int64_t launch_id, round_number;
};

/* The columns of the query over samples. */
enum { ROWID, LAUNCH, ROUND, CPUS, PARAMETER, VALUE, FLAGS, FIRST_NAME };

static int complain(sqlite3 *db, const char *doing)
{
	fprintf(stderr, "summary: %s: %s\n", doing, sqlite3_errmsg(db));
	return -1;
}

static int no_memory(void)
{
	fprintf(stderr, "summary: out of memory\n");
	return -1;
}

/*
 * Makes room for one more item of `size` bytes. Returns the array, which may have moved, or NULL when there is
 * no memory; the old array is valid then.
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
	double *items = grow(values->items, values->count, &values->room, sizeof(*items));

	if (!items)
		return false;
	values->items = items;
	items[values->count++] = value;
	return true;
}

static bool push_rowid(struct rowids *rows, sqlite3_int64 row)
{
	sqlite3_int64 *items = grow(rows->items, rows->count, &rows->room, sizeof(*items));

	if (!items)
		return false;
	rows->items = items;
	items[rows->count++] = row;
	return true;
}

/* Whether `flag` is an item of the comma list `list`. */
static bool has_flag(const char *list, const char *flag)
{
	size_t length = strlen(flag);

	for (const char *item = list; item; item = strchr(item, ',')) {
		item += *item == ',';
		if (!strncmp(item, flag, length) && (item[length] == ',' || !item[length]))
			return true;
	}
	return false;
}

static void format_flags(unsigned flags, char *text, size_t size)
{
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < sizeof(flag_names) / sizeof(flag_names[0]); i++) {
		if (flags & 1u << i)
			used += (size_t)snprintf(text + used, size - used, "%s%s", used ? "," : "",
			                         flag_names[i]);
	}
}

/* An engine on which the same image always gives the same numbers. */
static bool is_deterministic(const char *engine)
{
	return !strcmp(engine, "bochs") || !strcmp(engine, "image");
}

static bool is_comparable(const char *engine)
{
	return is_deterministic(engine) || !strcmp(engine, "kvm");
}

/* Ends a launch: its samples, less its overhead, go to its round; those far away are noted. */
static int end_launch(struct work *work, struct series *series)
{
	size_t n = work->launch.count;
	double overhead = 0;

	if (n > 0 && work->overhead.count > 0) {
		overhead = stats_median(work->overhead.items, work->overhead.count);
		series->flags |= FLAG_NET;
	}
	if (n > 0) {
		double *sorted = malloc(n * sizeof(*sorted));

		if (!sorted)
			return no_memory();
		memcpy(sorted, work->launch.items, n * sizeof(*sorted));
		struct stats stats = stats_describe(sorted, n);
		double distance = stats_outlier_distance(&stats, sorted);

		free(sorted);
		for (size_t i = 0; i < n; i++) {
			double value = work->launch.items[i];

			if (fabs(value - stats.median) > distance) {
				series->flags |= FLAG_OUTLIERS;
				if (!push_rowid(&work->outliers, work->launch_rows.items[i]))
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
	rounds = reallocarray(series->rounds, series->round_count + 1, sizeof(*rounds));
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

static void free_series(struct series *series)
{
	for (size_t i = 0; i < NAMES; i++)
		free(series->names[i]);
	free(series->rounds);
}

/* Ends the series that was begun last, if any; one without a counted sample is dropped. */
static int end_series(struct work *work)
{
	struct series *series;

	if (work->series_count == 0)
		return 0;
	series = &work->series[work->series_count - 1];
	if (end_round(work, series))
		return -1;
	if (work->whole.count == 0) {
		free_series(series);
		work->series_count--;
		return 0;
	}
	series->stats = stats_describe(work->whole.items, work->whole.count);
	work->whole.count = 0;

	if (is_deterministic(series->names[ENGINE]) && series->stats.min == series->stats.max)
		series->flags |= FLAG_EXACT;
	else if (series->stats.n < STATS_FEWEST)
		series->flags |= FLAG_FEW;
	if (stats_spread(&series->stats) > SPREAD_MAX)
		series->flags |= FLAG_UNSTABLE;
	return 0;
}

static const char *column_name(sqlite3_stmt *row, int name)
{
	const char *text = (const char *)sqlite3_column_text(row, FIRST_NAME + name);

	return text ? text : "";
}

static bool same_series(const struct series *series, sqlite3_stmt *row)
{
	if (series->cpus != sqlite3_column_int64(row, CPUS) ||
	    series->parameter != sqlite3_column_int64(row, PARAMETER))
		return false;
	for (int i = 0; i < NAMES; i++) {
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

	for (int i = 0; i < NAMES; i++) {
		series.names[i] = strdup(column_name(row, i));
		if (!series.names[i]) {
			free_series(&series);
			return no_memory();
		}
	}
	all = grow(work->series, work->series_count, &work->series_room, sizeof(series));
	if (!all) {
		free_series(&series);
		return no_memory();
	}
	work->series = all;
	all[work->series_count++] = series;
	return 0;
}

static int read_sample(struct work *work, sqlite3_stmt *row)
{
	const char *flags = (const char *)sqlite3_column_text(row, FLAGS);
	double value = sqlite3_column_double(row, VALUE);
	struct series *series;

	if (work->series_count == 0 || !same_series(&work->series[work->series_count - 1], row)) {
		if (end_series(work) || begin_series(work, row))
			return -1;
	} else if (work->round_number != sqlite3_column_int64(row, ROUND)) {
		if (end_round(work, &work->series[work->series_count - 1]))
			return -1;
	} else if (work->launch_id != sqlite3_column_int64(row, LAUNCH)) {
		if (end_launch(work, &work->series[work->series_count - 1]))
			return -1;
	}
	work->round_number = sqlite3_column_int64(row, ROUND);
	work->launch_id = sqlite3_column_int64(row, LAUNCH);
	series = &work->series[work->series_count - 1];

	if (has_flag(flags, "warmup") || has_flag(flags, "no-counts"))
		return 0;
	if (has_flag(flags, "overhead"))
		return push_value(&work->overhead, value) ? 0 : no_memory();
	if (has_flag(flags, "check-failed"))
		series->flags |= FLAG_CHECK_FAILED;
	if (has_flag(flags, "cut-short"))
		series->flags |= FLAG_CUT_SHORT;
	if (!push_value(&work->launch, value) ||
	    !push_rowid(&work->launch_rows, sqlite3_column_int64(row, ROWID)))
		return no_memory();
	return 0;
}

static int read_samples(struct work *work)
{
	/* The order puts a series together, its rounds one after another, and within them its launches. */
	static const char query[] =
	        "SELECT s.rowid, s.launch, l.round, l.cpus, s.parameter, s.value, s.flags,"
	        " l.engine, l.strategy, l.stack, l.loader, l.isolation, s.benchmark, s.metric, s.unit, "
	        "l.variant"
	        " FROM samples s JOIN launches l ON l.id = s.launch"
	        " ORDER BY l.engine, l.variant, s.benchmark, s.parameter, s.metric, s.unit, l.cpus, "
	        "l.strategy,"
	        " l.stack, l.loader, l.isolation, l.round, s.launch, s.sample, s.rowid";
	sqlite3_stmt *row;
	int step;

	if (sqlite3_prepare_v2(work->db, query, -1, &row, NULL) != SQLITE_OK)
		return complain(work->db, "reading samples");
	while ((step = sqlite3_step(row)) == SQLITE_ROW) {
		if (read_sample(work, row)) {
			sqlite3_finalize(row);
			return -1;
		}
	}
	sqlite3_finalize(row);
	if (step != SQLITE_DONE)
		return complain(work->db, "reading samples");
	return end_series(work);
}

/* Takes `outlier` out of a sample's flags, wherever in the list it is. */
static const char clear_outliers[] =
        "UPDATE samples SET flags = trim(replace(',' || flags || ',', ',outlier,', ','), ',')"
        " WHERE flags LIKE '%outlier%'";

static int mark_outliers(struct work *work)
{
	sqlite3_stmt *update;
	int status = 0;

	if (sqlite3_exec(work->db, clear_outliers, NULL, NULL, NULL) != SQLITE_OK ||
	    sqlite3_prepare_v2(work->db,
	                       "UPDATE samples SET flags = ltrim(flags || ',outlier', ',') WHERE rowid = ?1",
	                       -1, &update, NULL) != SQLITE_OK)
		return complain(work->db, "marking outliers");
	for (size_t i = 0; i < work->outliers.count && status == 0; i++) {
		sqlite3_bind_int64(update, 1, work->outliers.items[i]);
		if (sqlite3_step(update) != SQLITE_DONE)
			status = complain(work->db, "marking outliers");
		sqlite3_reset(update);
	}
	sqlite3_finalize(update);
	return status;
}

static int write_summary(struct work *work)
{
	static const char statement[] =
	        "INSERT INTO summary (engine, strategy, stack, loader, isolation, cpus, benchmark, parameter,"
	        " metric, unit, n, min, q1, median, q3, max, mad, ci_low, ci_high, flags)"
	        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, "
	        "?19,"
	        " ?20)";
	static const int name_places[VARIANT] = { 1, 2, 3, 4, 5, 7, 9, 10 };
	sqlite3_stmt *insert;
	int status = 0;

	if (sqlite3_exec(work->db, "DELETE FROM summary", NULL, NULL, NULL) != SQLITE_OK ||
	    sqlite3_prepare_v2(work->db, statement, -1, &insert, NULL) != SQLITE_OK)
		return complain(work->db, "writing summaries");
	for (size_t i = 0; i < work->series_count && status == 0; i++) {
		const struct series *series = &work->series[i];
		const double numbers[] = { series->stats.min,    series->stats.q1,     series->stats.median,
			                   series->stats.q3,     series->stats.max,    series->stats.mad,
			                   series->stats.ci_low, series->stats.ci_high };
		char flags[128];

		for (int j = 0; j < VARIANT; j++)
			sqlite3_bind_text(insert, name_places[j], series->names[j], -1, SQLITE_STATIC);
		sqlite3_bind_int64(insert, 6, series->cpus);
		sqlite3_bind_int64(insert, 8, series->parameter);
		sqlite3_bind_int64(insert, 11, (sqlite3_int64)series->stats.n);
		for (int j = 0; j < (int)(sizeof(numbers) / sizeof(numbers[0])); j++)
			sqlite3_bind_double(insert, 12 + j, numbers[j]);
		format_flags(series->flags, flags, sizeof(flags));
		if (*series->names[VARIANT])
			snprintf(flags + strlen(flags), sizeof(flags) - strlen(flags), "%s%s",
			         *flags ? "," : "", series->names[VARIANT]);
		sqlite3_bind_text(insert, 20, flags, -1, SQLITE_TRANSIENT);
		if (sqlite3_step(insert) != SQLITE_DONE)
			status = complain(work->db, "writing summaries");
		sqlite3_reset(insert);
	}
	sqlite3_finalize(insert);
	return status;
}

struct comparison {
	double ratio, ci_low, ci_high;
	size_t n; /* rounds */
	unsigned flags;
};

/*
 * Medians of the two series in the rounds that both have, as log ratios in `logs` (room for a's rounds).
 * Returns how many, or -1 when a median is 0, whose logarithm does not exist.
 */
static long round_ratios(const struct series *a, const struct series *b, double *logs)
{
	long count = 0;
	size_t j = 0;

	for (size_t i = 0; i < a->round_count; i++) {
		while (j < b->round_count && b->rounds[j].number < a->rounds[i].number)
			j++;
		if (j == b->round_count || b->rounds[j].number != a->rounds[i].number)
			continue;
		if (a->rounds[i].median <= 0 || b->rounds[j].median <= 0)
			return -1;
		logs[count++] = log(a->rounds[i].median / b->rounds[j].median);
	}
	return count;
}

/* The comparison by rounds; 1 when it exists, 0 when it does not, -1 without memory. */
static int compare_rounds(const struct series *a, const struct series *b, struct comparison *result)
{
	double *logs = malloc(a->round_count * sizeof(*logs));
	long count;

	if (!logs)
		return no_memory();
	count = round_ratios(a, b, logs);
	if (count > 0) {
		struct stats stats = stats_describe(logs, (size_t)count);

		*result = (struct comparison){
			.ratio = exp(stats.median),
			.ci_low = exp(stats.ci_low),
			.ci_high = exp(stats.ci_high),
			.n = stats.n,
			.flags = stats.n < STATS_FEWEST ? FLAG_FEW : 0,
		};
	}
	free(logs);
	return count > 0;
}

/* The comparison of all samples, by their medians and extremes; 0 when a divisor is 0, else 1. */
static int compare_extremes(const struct series *a, const struct series *b, struct comparison *result)
{
	unsigned flags = FLAG_RANGE;

	if (b->stats.min <= 0)
		return 0;
	if (a->flags & b->flags & FLAG_EXACT)
		flags = FLAG_EXACT;
	else if (!is_deterministic(a->names[ENGINE]))
		flags |= FLAG_FEW;
	*result = (struct comparison){
		.ratio = a->stats.median / b->stats.median,
		.ci_low = a->stats.min / b->stats.max,
		.ci_high = a->stats.max / b->stats.min,
		.n = a->round_count < b->round_count ? a->round_count : b->round_count,
		.flags = flags,
	};
	return 1;
}

static int compare(const struct series *a, const struct series *b, struct comparison *result)
{
	int exists;

	if ((a->flags | b->flags) & FLAG_CHECK_FAILED)
		return 0;
	if (is_deterministic(a->names[ENGINE]) || a->round_count == 1 || b->round_count == 1)
		exists = compare_extremes(a, b, result);
	else
		exists = compare_rounds(a, b, result);
	if (exists > 0)
		result->flags |= (a->flags | b->flags) & (FLAG_NET | FLAG_UNSTABLE | FLAG_CUT_SHORT);
	return exists;
}

static bool same_measurement(const struct series *a, const struct series *b)
{
	return a->parameter == b->parameter && a->cpus == b->cpus &&
	       !strcmp(a->names[ENGINE], b->names[ENGINE]) &&
	       !strcmp(a->names[BENCHMARK], b->names[BENCHMARK]) &&
	       !strcmp(a->names[METRIC], b->names[METRIC]) && !strcmp(a->names[UNIT], b->names[UNIT]);
}

static int write_comparison(struct work *work, sqlite3_stmt *insert, const struct series *a,
                            const struct series *b)
{
	struct comparison result;
	char flags[128];
	int status = compare(a, b, &result);

	if (status <= 0)
		return status;
	sqlite3_bind_text(insert, 1, a->names[ENGINE], -1, SQLITE_STATIC);
	sqlite3_bind_text(insert, 2, a->names[BENCHMARK], -1, SQLITE_STATIC);
	sqlite3_bind_int64(insert, 3, a->parameter);
	sqlite3_bind_text(insert, 4, a->names[METRIC], -1, SQLITE_STATIC);
	sqlite3_bind_text(insert, 5, a->names[STRATEGY], -1, SQLITE_STATIC);
	sqlite3_bind_text(insert, 6, b->names[STRATEGY], -1, SQLITE_STATIC);
	sqlite3_bind_double(insert, 7, result.ratio);
	sqlite3_bind_double(insert, 8, result.ci_low);
	sqlite3_bind_double(insert, 9, result.ci_high);
	sqlite3_bind_int64(insert, 10, (sqlite3_int64)result.n);
	format_flags(result.flags, flags, sizeof(flags));
	sqlite3_bind_text(insert, 11, flags, -1, SQLITE_TRANSIENT);
	status = sqlite3_step(insert) == SQLITE_DONE ? 0 : complain(work->db, "writing comparisons");
	sqlite3_reset(insert);
	return status;
}

static int write_comparisons(struct work *work)
{
	sqlite3_stmt *insert;
	int status = 0;

	if (sqlite3_exec(work->db, "DELETE FROM comparisons", NULL, NULL, NULL) != SQLITE_OK ||
	    sqlite3_prepare_v2(work->db,
	                       "INSERT INTO comparisons (engine, benchmark, parameter, metric, a, b, ratio,"
	                       " ci_low, ci_high, n, flags)"
	                       " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
	                       -1, &insert, NULL) != SQLITE_OK)
		return complain(work->db, "writing comparisons");
	/* The series of one measurement lie side by side. */
	for (size_t i = 0; i < work->series_count && status == 0; i++) {
		if (!is_comparable(work->series[i].names[ENGINE]))
			continue;
		for (size_t j = i + 1; j < work->series_count && status == 0; j++) {
			const struct series *a = &work->series[i];
			const struct series *b = &work->series[j];

			if (!same_measurement(a, b))
				break;
			status = write_comparison(work, insert, a, b);
			if (status == 0)
				status = write_comparison(work, insert, b, a);
		}
	}
	sqlite3_finalize(insert);
	return status;
}

static void free_work(struct work *work)
{
	for (size_t i = 0; i < work->series_count; i++)
		free_series(&work->series[i]);
	free(work->series);
	free(work->outliers.items);
	free(work->launch.items);
	free(work->launch_rows.items);
	free(work->overhead.items);
	free(work->round.items);
	free(work->whole.items);
}

int summary_compute(sqlite3 *db)
{
	struct work work = { .db = db };
	int status = -1;

	if (sqlite3_exec(db, "SAVEPOINT summary", NULL, NULL, NULL) != SQLITE_OK)
		return complain(db, "beginning");
	if (!read_samples(&work) && !mark_outliers(&work) && !write_summary(&work) &&
	    !write_comparisons(&work))
		status = 0;
	if (status)
		sqlite3_exec(db, "ROLLBACK TO summary", NULL, NULL, NULL);
	if (sqlite3_exec(db, "RELEASE summary", NULL, NULL, NULL) != SQLITE_OK && !status)
		status = complain(db, "committing");
	free_work(&work);
	return status;
}
