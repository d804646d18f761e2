/* SPDX-License-Identifier: MIT */
/*
 * Series: all samples of one benchmark, parameter and metric that one strategy gave on one engine
 * with one number of CPUs, over all launches, less the overhead. docs/results.md describes each
 * flag.
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

/* Writes the names of the flags as a comma list. */
void flags_format(unsigned flags, char text[FLAGS_TEXT_MAX]);

/* Returns true if the comma list `list` contains `flag`. */
bool flags_have(const char *list, const char *flag);

/* Returns true for an engine on which an image always gives the same numbers. */
bool engine_is_deterministic(const char *engine);

/* Returns true for an engine whose numbers may be compared. */
bool engine_is_comparable(const char *engine);

enum series_name { ENGINE, STRATEGY, STACK, LOADER, ISOLATION, BENCHMARK, METRIC, UNIT, SERIES_NAMES };

struct round {
	int64_t number;
	double median; /* of the round's samples, in the unit of the series */
};

struct series {
	char *names[SERIES_NAMES];
	char *variant; /* of the engine; "" if it has none */
	int64_t cpus, parameter;
	struct stats stats;
	struct round *rounds;
	size_t round_count;
	unsigned flags;
};

struct series_list {
	struct series *items; /* those of one measurement are adjacent */
	size_t count, room;
	sqlite3_int64 *outliers; /* rowids of samples */
	size_t outlier_count, outlier_room;
};

/*
 * Reads the samples of `db` into a zeroed list; the caller calls series_free() even after an error.
 * Returns 0, or -1 after a message on stderr.
 */
int series_read(sqlite3 *db, struct series_list *list);
void series_free(struct series_list *list);
