/* SPDX-License-Identifier: MIT */
/* The ratio of two series of one run. docs/results.md describes how it is computed. */
#pragma once

#include "bench/host/evaluate/series.h"

struct ratio {
	double ratio, ci_low, ci_high; /* a / b and the ends of its interval */
	double p;                      /* p of the sign test for equal medians; 1 if not tested */
	size_t n;                      /* number of rounds compared */
	unsigned flags;                /* bits of enum series_flag */
};

/*
 * Compares two series that differ only in their strategy. Returns 1 if `result` is set, or -1 after
 * a message if out of memory. Returns 0 if there is no ratio because a check failed, a median or
 * sample to compare is 0, or the series have no round in common.
 */
int ratio_compute(const struct series *a, const struct series *b, struct ratio *result);
