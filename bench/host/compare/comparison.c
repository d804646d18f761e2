/* SPDX-License-Identifier: MIT */
#include "bench/host/compare/comparison.h"
#include "bench/host/base/progress.h"
#include "bench/host/compare/compare.h"
#include "bench/host/compare/compare_environment.h"

int comparison_open(struct comparison *comparison, const char *a, const char *b,
                    const struct thresholds *thresholds)
{
	const char *const paths[] = { a, b };
	struct results *runs;
	char why[RESULTS_WHY_MAX];

	*comparison = (struct comparison){ 0 };
	runs = comparison->runs;
	for (int i = 0; i < 2; i++) {
		if (results_open(&runs[i], paths[i], why) == 0)
			continue;
		message_error("run-bench: %s", why);
		comparison_close(comparison);
		return COMPARE_CANNOT;
	}
	if (changes_find(&comparison->changes, &runs[0], &runs[1], thresholds)) {
		comparison_close(comparison);
		return COMPARE_CANNOT;
	}
	compare_print_runs(runs, a, b);
	return 0;
}

void comparison_close(struct comparison *comparison)
{
	changes_free(&comparison->changes);
	results_close(&comparison->runs[0]);
	results_close(&comparison->runs[1]);
}
