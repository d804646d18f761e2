/* SPDX-License-Identifier: MIT */
/*
 * Statistics of a series of values. They are order statistics, which assume no distribution.
 *
 * Quartiles interpolate between order statistics (definition 7 of Hyndman and Fan, "Sample
 * quantiles in statistical packages", The American Statistician 50, 1996). The interval of the
 * median is the order-statistic interval of the sign test: its ends are values of the series.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/*
 * The smallest n with a 95 % interval: [min, max] of 6 values misses the median with probability
 * 2/2^6.
 */
#define STATS_FEWEST 6

/* All values are in the unit of the series. */
struct stats {
	size_t n;
	double min, q1, median, q3, max;
	double mad; /* median absolute deviation: the median of |value - median|, not scaled */
	/* The 95 % interval of the median; `min` and `max` if n < STATS_FEWEST. */
	double ci_low, ci_high;
};

/* Sorts `values` in place and returns their statistics. n is at least 1 and no value is NaN. */
struct stats stats_describe(double *values, size_t n);

/* Sorts `values` in place and returns their median. n is at least 1. */
double stats_median(double *values, size_t n);

/*
 * Returns the largest rank k (from 1) such that the k-th smallest and the k-th largest of n values
 * enclose the median of their distribution with a probability of at least 95 %. Returns 0 if n is
 * less than STATS_FEWEST.
 */
size_t stats_interval_rank(size_t n);

/*
 * Returns the distance from the median beyond which a value is an outlier: ten estimated standard
 * deviations. The estimate is 1.4826 times the MAD or, if the MAD is 0 because more than half of
 * the values are equal, 1.2533 times the mean absolute deviation. Returns 0 only if all values are
 * equal. `stats` must be the statistics of `values`.
 */
double stats_outlier_distance(const struct stats *stats, const double *values);

/*
 * Returns the relative spread, (q3 - q1) / median. If the median is 0, the spread is 0 if q1 and q3
 * are equal, and infinite if they differ.
 */
double stats_spread(const struct stats *stats);
