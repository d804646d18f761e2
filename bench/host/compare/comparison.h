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
 * Returns 0, or COMPARE_CANNOT after a message, with nothing left open. After 0 the caller must
 * call comparison_close().
 */
int comparison_open(struct comparison *comparison, const char *a, const char *b,
                    const struct thresholds *thresholds);
void comparison_close(struct comparison *comparison);
