/* SPDX-License-Identifier: MIT */
/* Opens and compares two folders of results, for --compare and --reproduces. */
#pragma once

#include "bench/host/compare/results_folder.h"
#include "bench/host/compare/series_changes.h"

struct comparison {
	struct results runs[2]; /* run A and run B */
	struct changes changes; /* the changes from A to B */
};

/*
 * Opens the folders `a` and `b`, compares their series, and calls compare_print_runs(). Returns 0,
 * and the caller later calls comparison_close(). On failure closes everything and returns
 * COMPARE_CANNOT after a message.
 */
int comparison_open(struct comparison *comparison, const char *a, const char *b,
                    const struct thresholds *thresholds);

/* Closes both folders and frees the changes. */
void comparison_close(struct comparison *comparison);
