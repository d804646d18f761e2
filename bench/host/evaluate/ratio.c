/* SPDX-License-Identifier: MIT */
#include "bench/host/evaluate/ratio.h"
#include "bench/host/base/complain.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench/host/evaluate/inference.h"

/*
 * The interval over rounds is extended at both ends by this part of its width. In seven rounds, the
 * chance that all rounds of a pair err in one direction is 1 in 64, and a run compares hundreds of
 * thousands of pairs. Without the extension, two runs with different layouts decided a few pairs in
 * opposite ways.
 */
#define EXTENSION 0.25

/*
 * For each round that both series have, divides the median of `a` by that of `b` and stores the
 * natural logarithm of this ratio in `logs`, which has room for all rounds of `a`. Returns the
 * number of logarithms, or -1 if one of these medians is 0.
 */
static long round_ratios(const struct series *a, const struct series *b, double *logs)
{
	long count = 0;
	size_t j = 0;

	for (size_t i = 0; i < a->round_count; i++) {
		while (j < b->round_count && b->rounds[j].number < a->rounds[i].number)
			j++;
		if (j == b->round_count || b->rounds[j].number != a->rounds[i].number)
			continue;
		if (a->rounds[i].median <= 0 || b->rounds[j].median <= 0)
			return -1;
		logs[count++] = log(a->rounds[i].median / b->rounds[j].median);
	}
	return count;
}

/*
 * Compares the medians of each round that both series have. Returns 1 if `result` is set, 0 if
 * there is no such round or a median is 0, or -1 after a message if out of memory.
 */
static int compare_rounds(const struct series *a, const struct series *b, struct ratio *result)
{
	double *logs = malloc(a->round_count * sizeof *logs);
	long count;

	if (!logs)
		return complain("summary", "out of memory");
	count = round_ratios(a, b, logs);
	if (count > 0) {
		size_t below = 0;
		size_t above = 0;

		for (long i = 0; i < count; i++) {
			below += logs[i] < 0;
			above += logs[i] > 0;
		}
		const struct stats stats = stats_describe(logs, (size_t)count);
		const bool few = stats.n < STATS_FEWEST;
		const double extension = few ? 0 : EXTENSION * (stats.ci_high - stats.ci_low);

		*result = (struct ratio){
			.ratio = exp(stats.median),
			.ci_low = exp(stats.ci_low - extension),
			.ci_high = exp(stats.ci_high + extension),
			.p = inference_sign_test(below, above),
			.n = stats.n,
			.flags = few ? FLAG_FEW : 0,
		};
		if (!few && inference_is_equivalent(result->ci_low, result->ci_high, INFERENCE_MARGIN))
			result->flags |= FLAG_EQUIVALENT;
	}
	free(logs);
	return count > 0;
}

static bool is_exact(const struct series *a, const struct series *b)
{
	return a->flags & b->flags & FLAG_EXACT;
}

/*
 * Compares the medians of all samples. The interval is from the smallest to the largest quotient of
 * a sample of `a` and a sample of `b`. Returns 1 if `result` is set, or 0 if a sample of `b` is 0.
 */
static int compare_extremes(const struct series *a, const struct series *b, struct ratio *result)
{
	if (b->stats.min <= 0)
		return 0;
	*result = (struct ratio){
		.ratio = a->stats.median / b->stats.median,
		.ci_low = a->stats.min / b->stats.max,
		.ci_high = a->stats.max / b->stats.min,
		.p = 1,
		.n = a->round_count < b->round_count ? a->round_count : b->round_count,
		.flags = is_exact(a, b) ? FLAG_EXACT | ((a->flags | b->flags) & FLAG_FEW)
		                        : FLAG_RANGE | FLAG_FEW,
	};
	return 1;
}

int ratio_compute(const struct series *a, const struct series *b, struct ratio *result)
{
	int exists;

	if ((a->flags | b->flags) & FLAG_CHECK_FAILED)
		return 0;
	if (is_exact(a, b) || a->round_count == 1 || b->round_count == 1)
		exists = compare_extremes(a, b, result);
	else
		exists = compare_rounds(a, b, result);
	if (exists > 0)
		result->flags |= (a->flags | b->flags) & (FLAG_NET | FLAG_UNSTABLE | FLAG_CUT_SHORT);
	return exists;
}
