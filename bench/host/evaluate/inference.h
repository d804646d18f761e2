/* SPDX-License-Identifier: MIT */
/*
 * Statistical inference that assumes no distribution: is there a difference, how large is it, and is it small
 * enough to be none?
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* The smallest size of each of two unpaired samples for a test between them to mean something. */
#define INFERENCE_FEWEST 9

/* The margin of "no difference": a ratio's whole interval lies within 1 − and 1 + this. */
#define INFERENCE_MARGIN 0.05

/*
 * Sign test of paired values. Returns the two-sided probability of a split at least as uneven as
 * `below` to `above` if both signs are equally likely; 1 without pairs. Pairs without a difference
 * are in neither count.
 */
double inference_sign_test(size_t below, size_t above);

struct shift {
	double u;         /* Mann and Whitney's U of `a`: pairs in which a is larger, ties counting half */
	double p;         /* two-sided, that both lots are of one distribution */
	bool exact;       /* p from the exact distribution, else from the normal approximation */
	double shift;     /* Hodges and Lehmann: the median of all differences of an a and a b */
	double low, high; /* its 95 % interval, which belongs to the test; all differences if there is none */
};

/*
 * Mann–Whitney test of two lots without pairs, n and m at least 1 and their product below a million. p is exact up
 * to 30 values each and without ties; otherwise it is the normal approximation with the correction for ties (Hollander
 * and Wolfe, "Nonparametric Statistical Methods", 4.1) and for continuity. Returns 0, or -1 without memory.
 */
int inference_mann_whitney(const double *a, size_t n, const double *b, size_t m, struct shift *result);

/*
 * Replaces p values by adjusted ones. Holm: the probability of a single false alarm in the whole table stays below
 * the level. Benjamini–Hochberg: the share of false ones among those found does. Returns 0, or -1 without memory.
 */
int inference_holm(double *p, size_t n);
int inference_benjamini_hochberg(double *p, size_t n);

/*
 * Returns true if the interval of a ratio lies within 1 − margin and 1 + margin: two one-sided
 * tests by inclusion. With a 95 % interval each side errs with a probability of at most 2.5 %.
 */
bool inference_is_equivalent(double low, double high, double margin);
