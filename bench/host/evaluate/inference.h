/* SPDX-License-Identifier: MIT */
/*
 * Statistical inference that assumes no distribution: is there a difference, how large is it, and
 * is it small enough to ignore?
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* A test between two unpaired samples is meaningful only if each has at least this many values. */
#define INFERENCE_FEWEST 9

/* Two series are equivalent if the whole interval of their ratio lies within 1 ± this. */
#define INFERENCE_MARGIN 0.05

/*
 * Performs a sign test of paired values. Returns the two-sided probability of a split at least as
 * uneven as `below` to `above` if both signs are equally likely, or 1 without pairs. Pairs of equal
 * values are in neither count.
 */
double inference_sign_test(size_t below, size_t above);

struct shift {
	double u;         /* Mann and Whitney's U of `a`: pairs with a > b, ties counting half */
	double p;         /* two-sided, if both samples have the same distribution */
	bool exact;       /* p from the exact distribution, else from the normal approximation */
	double shift;     /* Hodges and Lehmann: the median of all differences a - b */
	double low, high; /* its 95 % interval, or the range of all differences if there is none */
};

/*
 * Performs a Mann–Whitney test of two unpaired samples; n and m are at least 1 and their product is
 * below a million. p is exact for up to 30 values each without ties; otherwise it is the normal
 * approximation with corrections for ties (Hollander and Wolfe, "Nonparametric Statistical
 * Methods", 4.1) and continuity. Returns 0, or -1 if out of memory.
 */
int inference_mann_whitney(const double *a, size_t n, const double *b, size_t m, struct shift *result);

/*
 * Replace p values with adjusted ones. Holm bounds the probability of any false alarm in the whole
 * table; Benjamini–Hochberg bounds the expected share of false alarms among the differences found.
 * Return 0, or -1 if out of memory.
 */
int inference_holm(double *p, size_t n);
int inference_benjamini_hochberg(double *p, size_t n);

/*
 * Returns true if the interval of a ratio lies within 1 − margin and 1 + margin: two one-sided
 * tests by inclusion. With a 95 % interval, each side errs with a probability of at most 2.5 %.
 */
bool inference_is_equivalent(double low, double high, double margin);
