/* SPDX-License-Identifier: MIT */
/*
 * Drift: whether what a series measures changed over the rounds of a run, because the machine got warmer, say. The
 * rounds are the times, and their medians (overhead subtracted) the values. docs/results.md has the columns.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include <sqlite3.h>

#define DRIFT_FEWEST 6    /* rounds; with fewer nothing is said */
#define DRIFT_CHANGE 0.02 /* a change over the run from here on, relative to the median, counts as drift */
#define DRIFT_CHANCE 0.01 /* if it would come by chance less often than this */

struct drift {
	size_t n;
	double slope; /* Theil–Sen: the median of the slopes of all pairs, in units of the values per round */
	double change; /* slope times the rounds between the first and the last, relative to the median; 0: median 0 */
	double chance; /* Mann–Kendall, two-sided: how often no trend at all looks like one as strongly */
};

/* The trend of `n` values at the rounds `rounds`, which rise. False without memory or with fewer than 2. */
bool drift_of(const double *rounds, const double *values, size_t n, struct drift *drift);

/* Whether it is over both bounds. */
bool drift_matters(const struct drift *drift);

/* Fills the table `drift`, for the engines with rounds in random order. Returns 0, or -1 after a message. */
int drift_compute(sqlite3 *db);

/* Prints the series that drift, the strongest first; nothing when no series was measured in enough rounds. */
void drift_print(sqlite3 *db, FILE *out);
