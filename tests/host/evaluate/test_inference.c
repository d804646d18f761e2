/* SPDX-License-Identifier: MIT */
/*
 * Tests the statistical tests and corrections (inference.h) against published examples and against
 * enumeration.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/host/evaluate/inference.h"

#define MOST 16

static void assert_close(double a, double b)
{
	assert_true(fabs(a - b) <= 1e-9 * fmax(1, fabs(b)));
}

static void sign_test(void **state)
{
	(void)state;
	assert_close(inference_sign_test(0, 0), 1);
	assert_close(inference_sign_test(5, 5), 1);
	assert_close(inference_sign_test(0, 9), 2. / 512);
	assert_close(inference_sign_test(8, 1), 2. * (1 + 9) / 512);
	/*
	 * Dixon and Mood (1946): with 10 pairs, a result is significant at 5 % if at most 1 pair
	 * has the rarer sign.
	 */
	assert_true(inference_sign_test(1, 9) <= 0.05 && inference_sign_test(2, 8) > 0.05);
}

/*
 * Hollander and Wolfe, "Nonparametric Statistical Methods", example 4.1: permeability of the human
 * placenta at term and at 12 to 26 weeks. The book gives W = 90 (so U = 35), a one-sided p of
 * 0.1272, and an estimated shift of 0.305.
 */
static void published_permeability(void **state)
{
	static const double term[] = { 0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46 };
	static const double early[] = { 1.15, 0.88, 0.90, 0.74, 1.21 };
	struct shift shift;
	(void)state;

	assert_int_equal(inference_mann_whitney(term, 10, early, 5, &shift), 0);
	assert_true(shift.exact);
	assert_close(shift.u, 35);
	assert_true(fabs(shift.p - 2 * 0.1272) < 1e-4);
	assert_close(shift.shift, 0.305);
	assert_true(shift.low < 0 && shift.high > 0.305);

	assert_int_equal(inference_mann_whitney(early, 5, term, 10, &shift), 0);
	assert_close(shift.u, 15);
	assert_true(fabs(shift.p - 2 * 0.1272) < 1e-4);
	assert_close(shift.shift, -0.305);
}

/* Mann and Whitney (1947), table I, for n = m = 4: P(U <= 0) = .014, P(U <= 3) = .100. */
static void published_table(void **state)
{
	static const double low[] = { 1, 2, 3, 4 };
	static const double high[] = { 5, 6, 7, 8 };
	static const double mixed[] = { 1, 2, 3, 7.5 };
	struct shift shift;
	(void)state;

	assert_int_equal(inference_mann_whitney(low, 4, high, 4, &shift), 0);
	assert_close(shift.p, 2. / 70);
	assert_int_equal(inference_mann_whitney(mixed, 4, high, 4, &shift), 0);
	assert_close(shift.u, 3);
	assert_close(shift.p, 2. * 7 / 70);
}

static double slow_u(const double *a, size_t n, const double *b, size_t m)
{
	double u = 0;

	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < m; j++)
			u += a[i] > b[j] ? 1 : a[i] < b[j] ? 0 : 0.5;
	return u;
}

struct enumeration {
	double as_far;    /* share of the splits whose U is at least as far from n * m / 2 as `u` */
	double deviation; /* standard deviation of U over all splits */
};

/* Enumerates all ways to split the n + m values into groups of n and m. Compares the U of each with
 * `u`. */
static struct enumeration enumerate(const double *all, size_t n, size_t m, double u)
{
	struct enumeration result = { 0 };
	double middle = (double)(n * m) / 2;
	size_t splits = 0;
	double squares = 0;

	for (unsigned mask = 0; mask < 1u << (n + m); mask++) {
		double a[MOST], b[MOST];
		size_t in_a = 0, in_b = 0;
		double here;

		if ((size_t)__builtin_popcount(mask) != n)
			continue;
		for (size_t i = 0; i < n + m; i++) {
			if (mask & 1u << i)
				a[in_a++] = all[i];
			else
				b[in_b++] = all[i];
		}
		here = slow_u(a, n, b, m);
		splits++;
		squares += (here - middle) * (here - middle);
		result.as_far += fabs(here - middle) >= fabs(u - middle) - 1e-9;
	}
	result.as_far /= (double)splits;
	result.deviation = sqrt(squares / (double)splits);
	return result;
}

static int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/*
 * Without ties, p must be the share of splits that are at least as extreme. With ties, p must be
 * the normal approximation with the standard deviation of U over all splits.
 */
static void random_lots_agree_with_enumeration(void **state)
{
	unsigned exact = 0, tied = 0;
	(void)state;

	srand(3);
	for (int lot = 0; lot < 120; lot++) {
		size_t n = 1 + (size_t)rand() % 6, m = 1 + (size_t)rand() % 6;
		int kinds = lot % 2 ? 5 : 100000;
		double all[MOST], differences[36];
		struct enumeration slow;
		struct shift fast;

		for (size_t i = 0; i < n + m; i++)
			all[i] = rand() % kinds;
		assert_int_equal(inference_mann_whitney(all, n, all + n, m, &fast), 0);
		assert_close(fast.u, slow_u(all, n, all + n, m));
		slow = enumerate(all, n, m, fast.u);
		if (fast.exact) {
			exact++;
			assert_close(fast.p, slow.as_far);
		} else {
			double away = fmax(fabs(fast.u - (double)(n * m) / 2) - 0.5, 0);

			tied++;
			if (slow.deviation > 0)
				assert_close(fast.p, fmin(1, erfc(away / slow.deviation / sqrt(2))));
			else
				assert_close(fast.p, 1);
		}
		for (size_t i = 0; i < n * m; i++)
			differences[i] = all[i / m] - all[n + i % m];
		qsort(differences, n * m, sizeof *differences, compare_doubles);
		assert_close(fast.shift, (differences[(n * m - 1) / 2] + differences[n * m / 2]) / 2);
		assert_true(fast.low <= fast.shift && fast.shift <= fast.high);
	}
	assert_true(exact > 20 && tied > 20);
}

/*
 * A shift s must lie in the interval if and only if the test finds no difference after s is
 * subtracted from all values of `a`.
 */
static void the_interval_is_what_the_test_does_not_reject(void **state)
{
	(void)state;
	srand(5);
	for (int lot = 0; lot < 40; lot++) {
		double a[12], b[12], moved[12];
		size_t n = 5 + (size_t)rand() % 8, m = 5 + (size_t)rand() % 8;
		struct shift shift, test;

		for (size_t i = 0; i < n; i++)
			a[i] = rand();
		for (size_t j = 0; j < m; j++)
			b[j] = rand();
		assert_int_equal(inference_mann_whitney(a, n, b, m, &shift), 0);
		for (int side = 0; side < 4; side++) {
			double end = side < 2 ? shift.low : shift.high;
			double by = end + (side % 2 ? 0.25 : -0.25);
			int inside = by > shift.low && by < shift.high;

			for (size_t i = 0; i < n; i++)
				moved[i] = a[i] - by;
			assert_int_equal(inference_mann_whitney(moved, n, b, m, &test), 0);
			assert_true(inside ? test.p > 0.05 : test.p <= 0.05);
		}
	}
}

static void few_values_have_all_differences_for_an_interval(void **state)
{
	static const double a[] = { 10, 20 };
	static const double b[] = { 1, 2 };
	static const double same[] = { 4, 4, 4, 4, 4, 4, 4, 4, 4 };
	struct shift shift;
	(void)state;

	assert_int_equal(inference_mann_whitney(a, 2, b, 2, &shift), 0);
	assert_close(shift.p, 2. / 6);
	assert_close(shift.low, 8);
	assert_close(shift.high, 19);
	assert_int_equal(inference_mann_whitney(same, 9, same, 9, &shift), 0);
	assert_close(shift.p, 1);
	assert_close(shift.low, 0);
	assert_close(shift.high, 0);
}

/*
 * Benjamini and Hochberg, "Controlling the false discovery rate", 1995, 3.2. At 5 % their procedure
 * rejects the four hypotheses with the smallest p. Holm's procedure, which controls the family-wise
 * error rate, rejects three.
 */
static void published_corrections(void **state)
{
	static const double published[] = { 0.0344, 0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298,
		                            0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000 };
	double p[15];
	unsigned found;
	(void)state;

	memcpy(p, published, sizeof p);
	assert_int_equal(inference_benjamini_hochberg(p, 15), 0);
	found = 0;
	for (int i = 0; i < 15; i++)
		found += p[i] <= 0.05;
	assert_int_equal(found, 4);
	assert_close(p[1], 0.0001 * 15);
	assert_close(p[4], 0.0095 * 15 / 4);
	assert_close(p[14], 1);

	memcpy(p, published, sizeof p);
	assert_int_equal(inference_holm(p, 15), 0);
	found = 0;
	for (int i = 0; i < 15; i++)
		found += p[i] <= 0.05;
	assert_int_equal(found, 3);
	assert_close(p[1], 0.0001 * 15);
	assert_close(p[3], 0.0019 * 13);
	assert_close(p[4], 0.0095 * 12);
	assert_int_equal(inference_holm(p, 0), 0);
	assert_int_equal(inference_benjamini_hochberg(p, 0), 0);
}

/*
 * Compares the corrections with the procedures as published: Holm steps down the sorted p-values,
 * Benjamini and Hochberg step up.
 */
static void random_corrections_agree_with_the_rules(void **state)
{
	(void)state;
	srand(7);
	for (int table = 0; table < 200; table++) {
		size_t n = 1 + (size_t)rand() % 40, holm = 0, hochberg = 0;
		double sorted[40], p[40], q[40];

		for (size_t i = 0; i < n; i++)
			p[i] = q[i] = sorted[i] = pow(rand() / (double)RAND_MAX, 4);
		qsort(sorted, n, sizeof *sorted, compare_doubles);
		while (holm < n && sorted[holm] <= 0.05 / (double)(n - holm))
			holm++;
		for (size_t k = 1; k <= n; k++)
			if (sorted[k - 1] <= 0.05 * (double)k / (double)n)
				hochberg = k;
		inference_holm(p, n);
		inference_benjamini_hochberg(q, n);
		for (size_t i = 0; i < n; i++) {
			holm -= p[i] <= 0.05;
			hochberg -= q[i] <= 0.05;
		}
		assert_int_equal(holm, 0);
		assert_int_equal(hochberg, 0);
	}
}

static void equivalence_is_inclusion(void **state)
{
	(void)state;
	assert_true(inference_is_equivalent(0.96, 1.04, 0.05));
	assert_true(inference_is_equivalent(1, 1, 0.05));
	assert_false(inference_is_equivalent(0.94, 1.04, 0.05));
	assert_false(inference_is_equivalent(0.96, 1.06, 0.05));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sign_test),
		cmocka_unit_test(published_permeability),
		cmocka_unit_test(published_table),
		cmocka_unit_test(random_lots_agree_with_enumeration),
		cmocka_unit_test(the_interval_is_what_the_test_does_not_reject),
		cmocka_unit_test(few_values_have_all_differences_for_an_interval),
		cmocka_unit_test(published_corrections),
		cmocka_unit_test(random_corrections_agree_with_the_rules),
		cmocka_unit_test(equivalence_is_inclusion),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
