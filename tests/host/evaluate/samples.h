/* SPDX-License-Identifier: MIT */
/*
 * Functions that store samples with known statistics, for the tests of summaries, comparisons and
 * trends. Include this file after cmocka.h.
 */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/host/evaluate/summary.h"
#include "tests/host/scratch.h"

/*
 * Returns the first row of a query in a static buffer, its columns joined by spaces, or "" if there
 * is none.
 */
static inline const char *ask(const char *sql)
{
	static char text[400];
	sqlite3_stmt *row;

	text[0] = '\0';
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &row, NULL), SQLITE_OK);
	if (sqlite3_step(row) == SQLITE_ROW)
		for (int i = 0; i < sqlite3_column_count(row); i++)
			snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s", i ? " " : "",
			         sqlite3_column_text(row, i) ? (const char *)sqlite3_column_text(row, i)
			                                     : "NULL");
	sqlite3_finalize(row);
	return text;
}

static inline int64_t launch_on(const char *engine, const char *strategy, unsigned round, unsigned cpus)
{
	struct store_launch launch = { .engine = engine,
		                       .strategy = strategy,
		                       .stack = "fixed-ist",
		                       .loader = "window",
		                       .isolation = "shared",
		                       .cpus = cpus,
		                       .memory = 512,
		                       .round = round,
		                       .bench = "*",
		                       .sha256 = "" };
	int64_t id = store_launch_start(store, &launch);

	db = store_database(store);
	return id;
}

static inline int64_t launch(const char *engine, const char *strategy)
{
	return launch_on(engine, strategy, 1, 1);
}

/* Stores the numbers in `values` as samples of a metric of the benchmark "b", with these flags. */
static inline void samples(int64_t launch, const char *metric, const char *flags, const char *values)
{
	struct store_row row = { launch, "b", 0, "none" };
	int sample = 0;
	char *end;

	for (long long value = strtoll(values, &end, 10); end != values; value = strtoll(values, &end, 10)) {
		assert_int_equal(store_sample(store, &row, sample++, metric, "ticks", value, flags), 0);
		values = end;
	}
	db = store_database(store);
}

static inline void compute(void)
{
	assert_int_equal(summary_compute(db), 0);
}

/* Stores the same samples in each of `count` rounds. */
static inline void in_rounds(const char *engine, const char *strategy, unsigned count, const char *values)
{
	for (unsigned round = 1; round <= count; round++)
		samples(launch_on(engine, strategy, round, 1), "m", "", values);
}

#define COMPARED(a, b)                                                                     \
	ask("SELECT printf('%g %g %g', ratio, ci_low, ci_high), n, flags FROM comparisons" \
	    " WHERE a = '" a "' AND b = '" b "'")

/*
 * Stores three samples per round and build. In round i + 1 their median is a[i] * 1000 ticks for
 * `heap` and b[i] * 1000 ticks for `window`.
 */
static inline void rounds(const char *engine, const int *a, const int *b, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		char values[80];

		snprintf(values, sizeof values, "%d %d %d", a[i] * 1000 - 1, a[i] * 1000, a[i] * 1000 + 400);
		samples(launch_on(engine, "heap", i + 1, 1), "tsc", "", values);
		snprintf(values, sizeof values, "%d %d %d", b[i] * 1000 - 700, b[i] * 1000, b[i] * 1000 + 1);
		samples(launch_on(engine, "window", i + 1, 1), "tsc", "", values);
	}
}

static const int nine_a[] = { 150, 110, 120, 130, 140, 250, 160, 170, 180 };
static const int nine_b[] = { 100, 100, 100, 100, 100, 100, 100, 100, 100 };
