/* SPDX-License-Identifier: MIT */
/* The ratio of two series of one run. docs/results.md describes how it is computed. */
#pragma once

#include "bench/host/evaluate/series.h"

struct ratio {
	double ratio, ci_low, ci_high;
	double p; /* of the sign test for equal medians; 1 if there is no test */
	size_t n; /* rounds */
	unsigned flags;
};

/*
 * Compares two series of the same measurement. Returns 1, 0 if there is no ratio (a check failed, a
 * divisor is 0, or no round is common to both), or -1 after a message if out of memory.
 */
int ratio_compute(const struct series *a, const struct series *b, struct ratio *result);
