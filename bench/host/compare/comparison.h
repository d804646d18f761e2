/* SPDX-License-Identifier: MIT */
/* Two folders of results, opened and compared: what both --compare and --reproduces print from. */
#pragma once

#include "bench/host/compare/results_folder.h"
#include "bench/host/compare/series_changes.h"

struct comparison {
	struct results runs[2]; /* A and B */
	struct changes changes; /* from A to B */
};

/*
 * Opens the folders `a` and `b`, compares their series, and prints what both runs are. Returns 0, for comparison_close(),
 * or COMPARE_CANNOT after a message; nothing is left open then.
 */
int comparison_open(struct comparison *comparison, const char *a, const char *b,
                    const struct thresholds *thresholds);
void comparison_close(struct comparison *comparison);
