/* SPDX-License-Identifier: MIT */
#include "bench/host/evaluate/stats.h"

#include <math.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>

/* The true median is below the 95 % interval with at most this probability, and above it with at
 * most this probability. */
#define TAIL                     0.025

/* In a normal distribution: standard deviation / MAD, and standard deviation / mean absolute
 * deviation. */
#define SIGMA_PER_MAD            1.482602218505602
#define SIGMA_PER_MEAN_DEVIATION 1.2533141373155003
#define OUTLIER_SIGMAS           10

size_t stats_interval_rank(size_t n)
{
	size_t rank = 0;

	while (rank < n && gsl_cdf_binomial_P((unsigned)rank, 0.5, (unsigned)n) <= TAIL)
		rank++;
	return rank;
}

double stats_median(double *values, size_t n)
{
	gsl_sort(values, 1, n);
	return gsl_stats_median_from_sorted_data(values, 1, n);
}

/*
 * Returns the median of |value - median|. The values are sorted, so the function starts at the
 * median. It then takes the next value below or above, whichever is nearer to the median, until it
 * has taken half of the values.
 */
static double median_deviation(const double *sorted, size_t n, double median)
{
	size_t right = 0;
	size_t wanted = n / 2;
	double previous = 0;
	double current = 0;

	while (right < n && sorted[right] < median)
		right++;
	size_t left = right;
	for (size_t taken = 0; taken <= wanted; taken++) {
		double below = left > 0 ? median - sorted[left - 1] : INFINITY;
		double above = right < n ? sorted[right] - median : INFINITY;

		previous = current;
		if (below < above) {
			current = below;
			left--;
		} else {
			current = above;
			right++;
		}
	}
	return n % 2 ? current : (previous + current) / 2;
}

struct stats stats_describe(double *values, size_t n)
{
	size_t rank = stats_interval_rank(n);
	struct stats stats = { .n = n };

	gsl_sort(values, 1, n);
	stats.min = values[0];
	stats.max = values[n - 1];
	stats.q1 = gsl_stats_quantile_from_sorted_data(values, 1, n, 0.25);
	stats.median = gsl_stats_median_from_sorted_data(values, 1, n);
	stats.q3 = gsl_stats_quantile_from_sorted_data(values, 1, n, 0.75);
	stats.mad = median_deviation(values, n, stats.median);
	stats.ci_low = rank > 0 ? values[rank - 1] : stats.min;
	stats.ci_high = rank > 0 ? values[n - rank] : stats.max;
	return stats;
}

double stats_outlier_distance(const struct stats *stats, const double *values)
{
	if (stats->mad > 0)
		return OUTLIER_SIGMAS * SIGMA_PER_MAD * stats->mad;
	return OUTLIER_SIGMAS * SIGMA_PER_MEAN_DEVIATION *
	       gsl_stats_absdev_m(values, 1, stats->n, stats->median);
}

double stats_spread(const struct stats *stats)
{
	double range = stats->q3 - stats->q1;

	return range > 0 ? range / stats->median : 0;
}
