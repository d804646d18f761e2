/* SPDX-License-Identifier: MIT */
/*
 * Drift: a trend of a series over the rounds of a run, for example because the machine got warmer.
 * The values are the medians of the rounds, less the overhead. docs/results.md describes the
 * columns of the table drift.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include <sqlite3.h>

#define DRIFT_FEWEST 6    /* a series with fewer rounds is not examined */
#define DRIFT_CHANGE 0.02 /* a series drifts only if |change| is larger than this */
#define DRIFT_CHANCE 0.01 /* a series drifts only if `chance` is smaller than this */

struct drift {
	size_t n; /* number of rounds */
	/* Theil–Sen: the median of the slopes between any two rounds. A slope is the change of the
	 * value per round, in the value's unit. */
	double slope;
	/* slope * (last round - first round) / median of the values; 0 if the median is 0. */
	double change;
	/*
	 * Mann–Kendall test, two-sided: the probability of a trend at least this strong by chance.
	 */
	double chance;
};

/*
 * Computes the trend of `n` values: values[i] is the value in round rounds[i]. `rounds` must ascend
 * strictly. Returns false if n < 2 or out of memory.
 */
bool drift_of(const double *rounds, const double *values, size_t n, struct drift *drift);

/*
 * Returns true if the series drifts: it has at least DRIFT_FEWEST rounds, |change| is above
 * DRIFT_CHANGE and `chance` is below DRIFT_CHANCE.
 */
bool drift_matters(const struct drift *drift);

/*
 * Fills the table drift anew, with one row for each series on KVM that has enough rounds. Returns
 * 0, or -1 after a message.
 */
int drift_compute(sqlite3 *db);

/*
 * Prints at most 12 of the series that drift, the largest change first. If no series drifts, says
 * so. If no series was measured in enough rounds, prints nothing.
 */
void drift_print(sqlite3 *db, FILE *out);
