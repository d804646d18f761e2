/* SPDX-License-Identifier: MIT */
/*
 * Tests the statistics of a series against published examples, values computed by hand, and a slow
 * second implementation.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/host/evaluate/stats.h"

#define LONGEST 60

static struct stats describe(const double *values, size_t n)
{
	double copy[LONGEST];

	memcpy(copy, values, n * sizeof *copy);
	return stats_describe(copy, n);
}

static void assert_close(double a, double b)
{
	assert_true(fabs(a - b) <= 1e-12 * fmax(1, fabs(b)));
}

/*
 * Venables and Ripley, "Modern Applied Statistics with S", 4th edition, 5.5: copper in wholemeal
 * flour, parts per million. The book gives the median 3.385 and the MAD, scaled by 1.4826, 0.52632.
 */
static const double copper[] = { 2.20, 2.20, 2.40, 2.40, 2.50, 2.70, 2.80, 2.90, 3.03, 3.03, 3.10, 3.37,
	                         3.40, 3.40, 3.40, 3.50, 3.60, 3.70, 3.70, 3.70, 3.70, 3.77, 5.28, 28.95 };

static void median_mad_and_outliers_of_a_published_series(void **state)
{
	struct stats stats = describe(copper, 24);
	double distance = stats_outlier_distance(&stats, copper);
	(void)state;

	assert_int_equal(stats.n, 24);
	assert_close(stats.min, 2.20);
	assert_close(stats.max, 28.95);
	assert_close(stats.median, 3.385);
	assert_true(fabs(1.4826 * stats.mad - 0.52632) < 1e-5);
	/*
	 * Of 24 coins, P(heads <= 6) is 1.1 % and P(heads <= 7) is 3.2 %, so the interval is from
	 * rank 7 to rank 18.
	 */
	assert_close(stats.ci_low, 2.80);
	assert_close(stats.ci_high, 3.70);
	assert_true(fabs(distance - 5.2632) < 1e-4);
	assert_true(28.95 - stats.median > distance && 5.28 - stats.median < distance);
}

/* The example in Excel's documentation of QUARTILE.INC: the first quartile is 3.5. */
static void quartiles_of_a_published_series(void **state)
{
	static const double values[] = { 12, 1, 10, 2, 9, 4, 8, 7 };
	struct stats stats = describe(values, 8);
	(void)state;

	assert_close(stats.q1, 3.5);
	assert_close(stats.median, 7.5);
	assert_close(stats.q3, 9.25);
	assert_close(stats_spread(&stats), 5.75 / 7.5);
}

static void odd_and_even_lengths(void **state)
{
	/* The median is 2, the deviations from it are 7 1 0 4 1 2 0. */
	static const double odd[] = { 9, 1, 2, 6, 1, 4, 2 };
	/* The median is 2.5, the deviations from it are 97.5 1.5 0.5 0.5. */
	static const double even[] = { 100, 1, 3, 2 };
	struct stats stats = describe(odd, 7);
	double series[] = { 5, 1, 3 };
	(void)state;

	assert_close(stats.median, 2);
	assert_close(stats.mad, 1);
	assert_close(stats.q1, 1.5);
	assert_close(stats.q3, 5);

	stats = describe(even, 4);
	assert_close(stats.median, 2.5);
	assert_close(stats.mad, 1);
	assert_close(stats.q1, 1.75);
	assert_close(stats.q3, 27.25);

	assert_close(stats_median(series, 3), 3);
	assert_close(series[0], 1);
	assert_close(series[2], 5);
	assert_close(stats_median(series, 2), 2);
}

/*
 * Dixon and Mood, "The statistical sign test", Journal of the American Statistical Association 41
 * (1946), have a table for the sign test: for each n, the largest count of the rarer sign that is
 * still significant at 5 %. dixon_mood[] has these counts from n = 6 on. The rank of the interval's
 * lower end must be one more than the count for n.
 */
static void interval_ranks_are_those_of_the_sign_test(void **state)
{
	static const size_t dixon_mood[] = { 0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 4, 4, 4, 5 };
	(void)state;

	for (size_t n = 0; n < STATS_FEWEST; n++)
		assert_int_equal(stats_interval_rank(n), 0);
	for (size_t n = 6; n <= 20; n++)
		assert_int_equal(stats_interval_rank(n), dixon_mood[n - 6] + 1);
	/* Values of Nair, "Table of confidence intervals for the median", Sankhya 4 (1940). */
	assert_int_equal(stats_interval_rank(25), 8);
	assert_int_equal(stats_interval_rank(50), 18);
}

/* Returns how many of the 2^n outcomes of n coin tosses have fewer than k heads. */
static uint64_t fewer_heads(unsigned n, unsigned k)
{
	uint64_t ways[LONGEST + 1] = { 1 };
	uint64_t sum = 0;

	for (unsigned i = 0; i < n; i++)
		for (unsigned j = i + 1; j > 0; j--)
			ways[j] += ways[j - 1];
	for (unsigned i = 0; i < k; i++)
		sum += ways[i];
	return sum;
}

/*
 * Returns the largest k such that at most 1/40 of the outcomes of n coin tosses have fewer than k
 * heads. Uses integers only.
 */
static size_t slow_rank(unsigned n)
{
	unsigned k = 0;

	while (k < n && fewer_heads(n, k + 1) <= (UINT64_C(1) << n) / 40)
		k++;
	return k;
}

static void intervals_cover_95_percent_and_no_narrower_one_does(void **state)
{
	/* Coverage for n = 6 to 10, computed by hand as 1 - 2 * fewer_heads / 2^n. */
	static const double covered[] = { 62. / 64, 126. / 128, 254. / 256, 492. / 512, 1002. / 1024 };
	(void)state;

	for (unsigned n = 6; n <= 10; n++)
		assert_close(1 - 2 * ldexp((double)fewer_heads(n, (unsigned)stats_interval_rank(n)), -(int)n),
		             covered[n - 6]);
	for (unsigned n = 1; n <= LONGEST; n++)
		assert_int_equal(stats_interval_rank(n), slow_rank(n));
}

static void fewer_than_six_have_their_range_for_an_interval(void **state)
{
	static const double values[] = { 5, 3, 4, 1, 2, 6 };
	(void)state;

	for (size_t n = 1; n < STATS_FEWEST; n++) {
		struct stats stats = describe(values, n);

		assert_close(stats.ci_low, stats.min);
		assert_close(stats.ci_high, stats.max);
	}
	assert_close(describe(values, 6).ci_low, 1);
	assert_close(describe(values, 6).ci_high, 6);
}

static void a_single_value_and_a_constant_series(void **state)
{
	static const double values[] = { 7, 7, 7, 7, 7, 7, 7 };
	(void)state;

	for (size_t n = 1; n <= 7; n++) {
		struct stats stats = describe(values, n);

		assert_close(stats.min, 7);
		assert_close(stats.q1, 7);
		assert_close(stats.median, 7);
		assert_close(stats.q3, 7);
		assert_close(stats.max, 7);
		assert_close(stats.mad, 0);
		assert_close(stats.ci_low, 7);
		assert_close(stats.ci_high, 7);
		assert_close(stats_outlier_distance(&stats, values), 0);
		assert_close(stats_spread(&stats), 0);
	}
}

static void more_than_half_equal_still_has_outliers(void **state)
{
	double values[20] = { 0 };
	struct stats stats;
	(void)state;

	values[19] = 40;
	stats = describe(values, 20);
	assert_close(stats.mad, 0);
	/*
	 * The MAD is 0, so the distance is computed from the mean absolute deviation, which is 2.
	 */
	assert_true(fabs(stats_outlier_distance(&stats, values) - 25.066) < 1e-3);
	assert_close(stats_spread(&stats), 0);
}

static void a_spread_around_zero_is_infinite(void **state)
{
	static const double values[] = { 0, 0, 0, 5, 5 };
	struct stats stats = describe(values, 5);
	(void)state;

	assert_close(stats.median, 0);
	assert_true(isinf(stats_spread(&stats)));
}

static void slow_sort(double *values, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		for (size_t j = i; j > 0 && values[j] < values[j - 1]; j--) {
			double swap = values[j];

			values[j] = values[j - 1];
			values[j - 1] = swap;
		}
	}
}

/* Returns the quantile p by definition 7 of Hyndman and Fan: the value at position (n - 1) p + 1,
 * counted from 1. */
static double slow_quantile(const double *sorted, size_t n, double p)
{
	double position = (double)(n - 1) * p;
	size_t below = (size_t)position;

	if (below + 1 == n)
		return sorted[below];
	return sorted[below] + (position - (double)below) * (sorted[below + 1] - sorted[below]);
}

static struct stats slow_describe(const double *values, size_t n)
{
	size_t rank = slow_rank((unsigned)n);
	double sorted[LONGEST];
	double away[LONGEST];
	struct stats stats = { .n = n };

	memcpy(sorted, values, n * sizeof *sorted);
	slow_sort(sorted, n);
	stats.min = sorted[0];
	stats.q1 = slow_quantile(sorted, n, 0.25);
	stats.median = slow_quantile(sorted, n, 0.5);
	stats.q3 = slow_quantile(sorted, n, 0.75);
	stats.max = sorted[n - 1];
	for (size_t i = 0; i < n; i++)
		away[i] = fabs(sorted[i] - stats.median);
	slow_sort(away, n);
	stats.mad = slow_quantile(away, n, 0.5);
	stats.ci_low = rank ? sorted[rank - 1] : sorted[0];
	stats.ci_high = rank ? sorted[n - rank] : sorted[n - 1];
	return stats;
}

static void random_series_agree_with_the_slow_implementation(void **state)
{
	double values[LONGEST];
	(void)state;

	srand(1);
	for (int series = 0; series < 1000; series++) {
		size_t n = 1 + (size_t)rand() % LONGEST;
		/* Every second series has many ties. */
		int kinds = series % 2 ? 5 : 1000000;

		for (size_t i = 0; i < n; i++)
			values[i] = rand() % kinds;
		struct stats slow = slow_describe(values, n);
		struct stats fast = stats_describe(values, n);

		assert_int_equal(fast.n, slow.n);
		assert_close(fast.min, slow.min);
		assert_close(fast.q1, slow.q1);
		assert_close(fast.median, slow.median);
		assert_close(fast.q3, slow.q3);
		assert_close(fast.max, slow.max);
		assert_close(fast.mad, slow.mad);
		assert_close(fast.ci_low, slow.ci_low);
		assert_close(fast.ci_high, slow.ci_high);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(median_mad_and_outliers_of_a_published_series),
		cmocka_unit_test(quartiles_of_a_published_series),
		cmocka_unit_test(odd_and_even_lengths),
		cmocka_unit_test(interval_ranks_are_those_of_the_sign_test),
		cmocka_unit_test(intervals_cover_95_percent_and_no_narrower_one_does),
		cmocka_unit_test(fewer_than_six_have_their_range_for_an_interval),
		cmocka_unit_test(a_single_value_and_a_constant_series),
		cmocka_unit_test(more_than_half_equal_still_has_outliers),
		cmocka_unit_test(a_spread_around_zero_is_infinite),
		cmocka_unit_test(random_series_agree_with_the_slow_implementation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
