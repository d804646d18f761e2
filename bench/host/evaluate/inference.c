/* SPDX-License-Identifier: MIT */
#include "bench/host/evaluate/inference.h"

#include <math.h>
#include <stdlib.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>

#define EXACT_MAX 30 /* maximum number of values per sample for an exact p */
/* The true shift is below the interval with at most this probability, and above it with at most
 * this probability. */
#define TAIL      0.025

double inference_sign_test(size_t below, size_t above)
{
	size_t fewer = below < above ? below : above;

	if (below + above == 0)
		return 1;
	return fmin(1, 2 * gsl_cdf_binomial_P((unsigned)fewer, 0.5, (unsigned)(below + above)));
}

/*
 * Returns an array with the probability of each U from 0 to n·m if there are no ties, or NULL if
 * out of memory. The caller frees it.
 *
 * U depends only on the order of all n + m values. Number their positions in this order from 1, and
 * take the positions of the n values of one sample. If the k-th of these is r, it adds r − k to U.
 * After step `rank` of the loop, ways[k * width + u] is the number of sets of k positions, none
 * above `rank`, for which U is u.
 */
static double *u_distribution(size_t n, size_t m)
{
	size_t width = n * m + 1;
	double *ways = calloc((n + 1) * width, sizeof *ways);
	double *last = ways ? ways + n * width : NULL;
	double total = 0;

	if (!ways)
		return NULL;
	ways[0] = 1;
	for (size_t rank = 1; rank <= n + m; rank++) {
		for (size_t k = rank < n ? rank : n; k > 0; k--) {
			size_t adds = rank - k;

			for (size_t u = adds; u < width && adds <= m; u++)
				ways[k * width + u] += ways[(k - 1) * width + u - adds];
		}
	}
	for (size_t u = 0; u < width; u++)
		total += last[u];
	for (size_t u = 0; u < width; u++)
		ways[u] = last[u] / total;
	return ways;
}

/* Returns the standard deviation of U, corrected for ties. `all` has the n + m values, sorted. */
static double u_deviation(const double *all, size_t n, size_t m)
{
	double count = (double)(n + m);
	double ties = 0;

	for (size_t i = 0, end; i < n + m; i = end) {
		double t;

		for (end = i + 1; end < n + m && all[end] <= all[i];)
			end++;
		t = (double)(end - i);
		ties += t * t * t - t;
	}
	return sqrt((double)(n * m) / 12 * (count + 1 - (count > 1 ? ties / (count * (count - 1)) : 0)));
}

static double sum_up_to(const double *probabilities, double u)
{
	double sum = 0;

	for (size_t i = 0; (double)i <= u; i++)
		sum += probabilities[i];
	return sum;
}

/*
 * Returns the k (from 1) such that the k-th smallest and the k-th largest of the n·m differences
 * are the ends of the 95 % interval, or 0 if the samples are too small for an interval.
 * `probabilities` is the result of u_distribution(). If it is NULL, uses the normal approximation
 * with the standard deviation `deviation`.
 */
static size_t interval_rank(const double *probabilities, double deviation, size_t n, size_t m)
{
	double sum = 0;
	double rank;
	size_t exact = 0;

	if (!probabilities) {
		rank = floor((double)(n * m) / 2 - gsl_cdf_ugaussian_Qinv(TAIL) * deviation);
		return rank > 0 ? (size_t)rank : 0;
	}
	while (exact < n * m && sum + probabilities[exact] <= TAIL)
		sum += probabilities[exact++];
	return exact;
}

static void find_shift(double *differences, size_t count, size_t rank, struct shift *result)
{
	gsl_sort(differences, 1, count);
	result->shift = gsl_stats_median_from_sorted_data(differences, 1, count);
	result->low = differences[rank > 0 ? rank - 1 : 0];
	result->high = differences[rank > 0 ? count - rank : count - 1];
}

int inference_mann_whitney(const double *a, size_t n, const double *b, size_t m, struct shift *result)
{
	double *differences = malloc(n * m * sizeof *differences);
	double *all = malloc((n + m) * sizeof *all);
	double *probabilities = NULL;
	int status = -1;
	size_t ties = 0;
	double away, deviation;

	*result = (struct shift){ .exact = n <= EXACT_MAX && m <= EXACT_MAX };
	if (!differences || !all)
		goto out;
	for (size_t i = 0; i < n; i++) {
		for (size_t j = 0; j < m; j++) {
			double difference = a[i] - b[j];

			differences[i * m + j] = difference;
			result->u += difference > 0 ? 1 : difference < 0 ? 0 : 0.5;
		}
		all[i] = a[i];
	}
	for (size_t j = 0; j < m; j++)
		all[n + j] = b[j];
	gsl_sort(all, 1, n + m);
	for (size_t i = 1; i < n + m; i++)
		ties += all[i] <= all[i - 1];
	deviation = u_deviation(all, n, m);
	result->exact &= ties == 0;
	if (n <= EXACT_MAX && m <= EXACT_MAX) {
		probabilities = u_distribution(n, m);
		if (!probabilities)
			goto out;
	}
	away = fabs(result->u - (double)(n * m) / 2);
	if (result->exact)
		result->p = fmin(1, 2 * sum_up_to(probabilities, (double)(n * m) / 2 - away));
	else
		result->p =
		        deviation > 0 ? fmin(1, 2 * gsl_cdf_ugaussian_Q(fmax(away - 0.5, 0) / deviation)) : 1;
	find_shift(differences, n * m, interval_rank(probabilities, deviation, n, m), result);
	status = 0;
out:
	free(probabilities);
	free(differences);
	free(all);
	return status;
}

int inference_holm(double *p, size_t n)
{
	size_t *order = malloc((n + 1) * sizeof *order);
	double worst = 0;

	if (!order)
		return -1;
	gsl_sort_index(order, p, 1, n);
	for (size_t i = 0; i < n; i++) {
		worst = fmax(worst, fmin(1, (double)(n - i) * p[order[i]]));
		p[order[i]] = worst;
	}
	free(order);
	return 0;
}

int inference_benjamini_hochberg(double *p, size_t n)
{
	size_t *order = malloc((n + 1) * sizeof *order);
	double best = 1;

	if (!order)
		return -1;
	gsl_sort_index(order, p, 1, n);
	for (size_t i = n; i-- > 0;) {
		best = fmin(best, (double)n / (double)(i + 1) * p[order[i]]);
		p[order[i]] = best;
	}
	free(order);
	return 0;
}

bool inference_is_equivalent(double low, double high, double margin)
{
	return low >= 1 - margin && high <= 1 + margin;
}
