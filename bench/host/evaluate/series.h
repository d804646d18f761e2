/* SPDX-License-Identifier: MIT */
/*
 * Series. A series has the samples of one benchmark, parameter, metric, strategy, engine, variant
 * of the engine, and number of CPUs. The samples are from all launches; the overhead is subtracted.
 * Warm-up samples and samples that lack counts are left out. docs/results.md describes each flag.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sqlite3.h>

#include "bench/host/evaluate/stats.h"

enum series_flag {
	FLAG_EXACT = 1 << 0,
	FLAG_FEW = 1 << 1,
	FLAG_RANGE = 1 << 2,
	FLAG_NET = 1 << 3,
	FLAG_UNSTABLE = 1 << 4,
	FLAG_OUTLIERS = 1 << 5,
	FLAG_CHECK_FAILED = 1 << 6,
	FLAG_CUT_SHORT = 1 << 7,
	FLAG_DIFFERS = 1 << 8,
	FLAG_EQUIVALENT = 1 << 9,
};

#define FLAGS_TEXT_MAX 160

/* Writes the names of the flags, separated by commas. */
void flags_format(unsigned flags, char text[FLAGS_TEXT_MAX]);

/* Returns true if `list`, whose items are separated by commas, contains `flag`. */
bool flags_have(const char *list, const char *flag);

/* Returns true if an image always gives the same numbers on this engine. */
bool engine_is_deterministic(const char *engine);

/* Returns true if the engine's numbers may be compared between strategies. */
bool engine_is_comparable(const char *engine);

enum series_name { ENGINE, STRATEGY, STACK, LOADER, ISOLATION, BENCHMARK, METRIC, UNIT, SERIES_NAMES };

struct round {
	int64_t number;
	/* Median of the round's samples, less the overhead, in the unit of the series. */
	double median;
};

struct series {
	char *names[SERIES_NAMES];
	char *variant; /* the engine's variant; "" if it has none */
	int64_t cpus, parameter;
	struct stats stats;
	struct round *rounds;
	size_t round_count;
	unsigned flags;
};

struct series_list {
	struct series *items; /* series that differ only in their strategy are adjacent */
	size_t count, room;
	sqlite3_int64 *outliers; /* rowids of samples */
	size_t outlier_count, outlier_room;
};

/*
 * Reads the samples of `db` into `list`, which the caller has zeroed. The caller calls
 * series_free() even after an error. Returns 0, or -1 after a message on stderr.
 */
int series_read(sqlite3 *db, struct series_list *list);

/* Frees the contents of the list and zeroes it. */
void series_free(struct series_list *list);
