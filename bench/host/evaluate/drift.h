/* SPDX-License-Identifier: MIT */
/*
 * Drift: a trend of a series over the rounds of a run, for example because the machine got warmer.
 * The rounds are the times, and their medians (less the overhead) the values. docs/results.md
 * describes the columns.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include <sqlite3.h>

#define DRIFT_FEWEST 6    /* fewer rounds give no result */
#define DRIFT_CHANGE 0.02 /* drift is a larger `change` than this */
#define DRIFT_CHANCE 0.01 /* and has a smaller `chance` than this */

struct drift {
	size_t n;
	/* Theil–Sen: the median of the slopes of all pairs, in units of the values per round. */
	double slope;
	/* The slope from the first round to the last, relative to the median; 0 if that is 0. */
	double change;
	/* Mann–Kendall, two-sided: the probability of at least this much trend by chance. */
	double chance;
};

/*
 * Computes the trend of `n` values, one at each of `rounds`, which ascend. Returns false if out of
 * memory or n < 2.
 */
bool drift_of(const double *rounds, const double *values, size_t n, struct drift *drift);

/*
 * Returns true for at least DRIFT_FEWEST rounds with a change above DRIFT_CHANGE and a chance below
 * DRIFT_CHANCE.
 */
bool drift_matters(const struct drift *drift);

/*
 * Fills the table `drift`, for engines with rounds in random order. Returns 0, or -1 after a
 * message.
 */
int drift_compute(sqlite3 *db);

/*
 * Prints the series that drift, the strongest first. Prints nothing if no series was measured in
 * enough rounds.
 */
void drift_print(sqlite3 *db, FILE *out);
