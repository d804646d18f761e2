/* SPDX-License-Identifier: MIT */
/*
 * Statistical inference that assumes no distribution: is there a difference, how large is it, and
 * is it small enough to ignore?
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* A test of two unpaired samples is meaningful only if each has at least this number of values. */
#define INFERENCE_FEWEST 9

/* Two series are equivalent if the whole interval of their ratio is within 1 ± INFERENCE_MARGIN. */
#define INFERENCE_MARGIN 0.05

/*
 * Performs a sign test of pairs of values. `below` is the number of pairs with a negative
 * difference, `above` the number with a positive one. Pairs of equal values are not counted.
 * Returns the two-sided probability of a split at least this uneven if both signs are equally
 * likely, or 1 if both counts are 0.
 */
double inference_sign_test(size_t below, size_t above);

struct shift {
	/* Mann and Whitney's U of `a`: the number of pairs with a > b; a tie counts 1/2. */
	double u;
	/*
	 * Two-sided probability of a U at least this extreme if both samples have the same
	 * distribution.
	 */
	double p;
	bool exact;   /* true if p is exact, false if it is the normal approximation */
	double shift; /* Hodges and Lehmann: the median of all differences a - b */
	/* The 95 % interval of `shift`; if the samples are too small, the extremes of a - b. */
	double low, high;
};

/*
 * Performs a Mann–Whitney test of two unpaired samples: `n` values in `a` and `m` in `b`. n and m
 * must be at least 1, and their product below a million. p is exact if each sample has at most 30
 * values and no two values are equal. Otherwise it is the normal approximation with corrections for
 * ties (Hollander and Wolfe, "Nonparametric Statistical Methods", 4.1) and continuity. Returns 0,
 * or -1 if out of memory.
 */
int inference_mann_whitney(const double *a, size_t n, const double *b, size_t m, struct shift *result);

/*
 * Replace the `n` p values of a table of tests with adjusted ones. Holm's method bounds the
 * probability of any false alarm in the table. Benjamini and Hochberg's method bounds the expected
 * share of false alarms among the differences found. Return 0, or -1 if out of memory.
 */
int inference_holm(double *p, size_t n);
int inference_benjamini_hochberg(double *p, size_t n);

/*
 * Returns true if the interval [low, high] of a ratio is within [1 − margin, 1 + margin]. This is
 * an equivalence test by two one-sided tests. With a 95 % interval, each errs with a probability of
 * at most 2.5 %.
 */
bool inference_is_equivalent(double low, double high, double margin);
