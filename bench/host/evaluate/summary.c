/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/host/evaluate/summary.h"
#include "bench/host/base/complain.h"
#include "bench/host/base/sql.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/host/evaluate/inference.h"
#include "bench/host/evaluate/ratio.h"
#include "bench/host/evaluate/series.h"

/* The expected share of false alarms among the pairs marked as different is at most this. */
#define SIGNIFICANT         0.05

/* Messages begin with PART, followed by one of the other texts, which names the step that
 * failed. */
#define PART                "summary"
#define MARKING_OUTLIERS    "marking outliers"
#define WRITING_SUMMARIES   "writing summaries"
#define WRITING_COMPARISONS "writing comparisons"

/* Removes the flag `outlier` from every sample, wherever it is in the sample's list of flags. */
static const char clear_outliers[] =
        "UPDATE samples SET flags = trim(replace(',' || flags || ',', ',outlier,', ','), ',')"
        " WHERE flags LIKE '%outlier%'";

static int mark_outliers(sqlite3 *db, const struct series_list *list)
{
	sqlite3_stmt *update;
	int status = 0;

	if (sql_execute(db, PART, MARKING_OUTLIERS, clear_outliers))
		return -1;
	update = sql_prepare(db, PART, MARKING_OUTLIERS,
	                     "UPDATE samples SET flags = ltrim(flags || ',outlier', ',') WHERE rowid = ?1");
	if (!update)
		return -1;
	for (size_t i = 0; i < list->outlier_count && status == 0; i++) {
		sqlite3_bind_int64(update, 1, list->outliers[i]);
		status = sql_write(db, PART, MARKING_OUTLIERS, update);
	}
	sqlite3_finalize(update);
	return status;
}

static int write_summary(sqlite3 *db, const struct series_list *list)
{
	static const char statement[] =
	        "INSERT INTO summary (engine, strategy, stack, loader, isolation, cpus, benchmark, parameter,"
	        " metric, unit, n, min, q1, median, q3, max, mad, ci_low, ci_high, flags)"
	        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, "
	        "?19,"
	        " ?20)";
	static const int name_places[SERIES_NAMES] = { 1, 2, 3, 4, 5, 7, 9, 10 };
	sqlite3_stmt *insert;
	int status = 0;

	if (sql_execute(db, PART, WRITING_SUMMARIES, "DELETE FROM summary"))
		return -1;
	insert = sql_prepare(db, PART, WRITING_SUMMARIES, statement);
	if (!insert)
		return -1;
	for (size_t i = 0; i < list->count && status == 0; i++) {
		const struct series *series = &list->items[i];
		const double numbers[] = { series->stats.min,    series->stats.q1,     series->stats.median,
			                   series->stats.q3,     series->stats.max,    series->stats.mad,
			                   series->stats.ci_low, series->stats.ci_high };
		char flags[FLAGS_TEXT_MAX + 16];

		for (int j = 0; j < SERIES_NAMES; j++)
			sql_bind(insert, name_places[j], series->names[j]);
		sqlite3_bind_int64(insert, 6, series->cpus);
		sqlite3_bind_int64(insert, 8, series->parameter);
		sqlite3_bind_int64(insert, 11, (sqlite3_int64)series->stats.n);
		for (int j = 0; j < (int)(sizeof numbers / sizeof numbers[0]); j++)
			sqlite3_bind_double(insert, 12 + j, numbers[j]);
		flags_format(series->flags, flags);
		if (*series->variant)
			snprintf(flags + strlen(flags), sizeof flags - strlen(flags), "%s%s",
			         *flags ? "," : "", series->variant);
		sql_bind(insert, 20, flags);
		status = sql_write(db, PART, WRITING_SUMMARIES, insert);
	}
	sqlite3_finalize(insert);
	return status;
}

static bool same_measurement(const struct series *a, const struct series *b)
{
	return a->parameter == b->parameter && a->cpus == b->cpus &&
	       !strcmp(a->names[ENGINE], b->names[ENGINE]) &&
	       !strcmp(a->names[BENCHMARK], b->names[BENCHMARK]) &&
	       !strcmp(a->names[METRIC], b->names[METRIC]) && !strcmp(a->names[UNIT], b->names[UNIT]);
}

/* Two series, and their ratios a / b (forward) and b / a (backward), which have the same p. */
struct pair {
	const struct series *a, *b;
	struct ratio forward, backward;
	bool has_forward, has_backward;
};

struct pairs {
	struct pair *items;
	size_t count, room;
};

static int no_memory(void)
{
	return complain(PART, "out of memory");
}

static int add_pair(struct pairs *pairs, const struct series *a, const struct series *b)
{
	struct pair pair = { .a = a, .b = b };
	int forward = ratio_compute(a, b, &pair.forward);
	int backward = ratio_compute(b, a, &pair.backward);

	if (forward < 0 || backward < 0)
		return -1;
	if (!forward && !backward)
		return 0;
	pair.has_forward = forward > 0;
	pair.has_backward = backward > 0;
	if (pairs->count == pairs->room) {
		size_t room = pairs->room ? pairs->room * 2 : 256;
		struct pair *items = reallocarray(pairs->items, room, sizeof *items);

		if (!items)
			return no_memory();
		pairs->items = items;
		pairs->room = room;
	}
	pairs->items[pairs->count++] = pair;
	return 0;
}

static int find_pairs(const struct series_list *list, struct pairs *pairs)
{
	for (size_t i = 0; i < list->count; i++) {
		if (!engine_is_comparable(list->items[i].names[ENGINE]))
			continue;
		for (size_t j = i + 1; j < list->count && same_measurement(&list->items[i], &list->items[j]);
		     j++)
			if (add_pair(pairs, &list->items[i], &list->items[j]))
				return -1;
	}
	return 0;
}

static bool is_tested(const struct pair *pair)
{
	return pair->has_forward && !(pair->forward.flags & (FLAG_EXACT | FLAG_RANGE | FLAG_FEW));
}

/*
 * Marks the pairs that differ, by sign tests. Benjamini and Hochberg's method over all pairs that
 * can be tested keeps the expected share of false alarms among the marked pairs at 5 % or less.
 * Returns 0, or -1 after a message if out of memory.
 */
static int mark_different(struct pairs *pairs)
{
	double *p = malloc((pairs->count + 1) * sizeof *p);
	size_t tests = 0;
	int failed;

	if (!p)
		return no_memory();
	for (size_t i = 0; i < pairs->count; i++)
		if (is_tested(&pairs->items[i]))
			p[tests++] = pairs->items[i].forward.p;
	failed = inference_benjamini_hochberg(p, tests);
	tests = 0;
	for (size_t i = 0; i < pairs->count && !failed; i++) {
		struct pair *pair = &pairs->items[i];

		if (is_tested(pair) && p[tests++] <= SIGNIFICANT) {
			pair->forward.flags |= FLAG_DIFFERS;
			pair->backward.flags |= FLAG_DIFFERS;
		}
	}
	free(p);
	return failed ? no_memory() : 0;
}

static int write_comparison(sqlite3 *db, sqlite3_stmt *insert, const struct series *a, const struct series *b,
                            const struct ratio *ratio)
{
	char flags[FLAGS_TEXT_MAX];

	flags_format(ratio->flags, flags);
	sql_bind(insert, 1, a->names[ENGINE]);
	sql_bind(insert, 2, a->names[BENCHMARK]);
	sqlite3_bind_int64(insert, 3, a->parameter);
	sql_bind(insert, 4, a->names[METRIC]);
	sql_bind(insert, 5, a->names[STRATEGY]);
	sql_bind(insert, 6, b->names[STRATEGY]);
	sqlite3_bind_double(insert, 7, ratio->ratio);
	sqlite3_bind_double(insert, 8, ratio->ci_low);
	sqlite3_bind_double(insert, 9, ratio->ci_high);
	sqlite3_bind_int64(insert, 10, (sqlite3_int64)ratio->n);
	sql_bind(insert, 11, flags);
	return sql_write(db, PART, WRITING_COMPARISONS, insert);
}

static int write_comparisons(sqlite3 *db, const struct pairs *pairs)
{
	sqlite3_stmt *insert;
	int status = 0;

	if (sql_execute(db, PART, WRITING_COMPARISONS, "DELETE FROM comparisons"))
		return -1;
	insert = sql_prepare(db, PART, WRITING_COMPARISONS,
	                     "INSERT INTO comparisons (engine, benchmark, parameter, metric, a, b, ratio,"
	                     " ci_low, ci_high, n, flags)"
	                     " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)");
	if (!insert)
		return -1;
	for (size_t i = 0; i < pairs->count && status == 0; i++) {
		const struct pair *pair = &pairs->items[i];

		if (pair->has_forward)
			status = write_comparison(db, insert, pair->a, pair->b, &pair->forward);
		if (pair->has_backward && status == 0)
			status = write_comparison(db, insert, pair->b, pair->a, &pair->backward);
	}
	sqlite3_finalize(insert);
	return status;
}

int summary_compute(sqlite3 *db)
{
	struct series_list list = { 0 };
	struct pairs pairs = { 0 };
	int status = -1;

	if (sql_execute(db, PART, "beginning", "SAVEPOINT summary"))
		return -1;
	if (!series_read(db, &list) && !find_pairs(&list, &pairs) && !mark_different(&pairs) &&
	    !mark_outliers(db, &list) && !write_summary(db, &list) && !write_comparisons(db, &pairs))
		status = 0;
	if (status)
		sqlite3_exec(db, "ROLLBACK TO summary", NULL, NULL, NULL);
	if (sql_execute(db, PART, "committing", "RELEASE summary"))
		status = -1;
	free(pairs.items);
	series_free(&list);
	return status;
}
