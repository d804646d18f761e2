/* SPDX-License-Identifier: MIT */
/* Two folders of results, opened and compared: the input of --compare and --reproduces. */
#pragma once

#include "bench/host/compare/results_folder.h"
#include "bench/host/compare/series_changes.h"

struct comparison {
	struct results runs[2]; /* A and B */
	struct changes changes; /* from A to B */
};

/*
 * Opens the folders `a` and `b`, compares their series, and prints where both runs come from.
 * Returns 0, after which the caller calls comparison_close(), or COMPARE_CANNOT after a message;
 * nothing is left open then.
 */
int comparison_open(struct comparison *comparison, const char *a, const char *b,
                    const struct thresholds *thresholds);
void comparison_close(struct comparison *comparison);
