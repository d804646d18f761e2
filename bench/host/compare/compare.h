/* SPDX-License-Identifier: MIT */
/* --compare and --reproduces: two folders of results side by side. */
#pragma once

#include "bench/host/compare/series_changes.h"

#include <stdbool.h>

#define COMPARE_CANNOT 2

/*
 * Prints what changed from `a` to `b`, the largest change first, and marks regressions:
 * instructions, cycles, time and bytes that rose, with their whole interval, by more than the
 * threshold. Other metrics are listed below these as reasons. With `all`, lists every series that
 * is not identical.
 *
 * Returns 0, 1 if there are regressions, or COMPARE_CANNOT after a message if a folder cannot be
 * read.
 */
int compare_print(const char *a, const char *b, const struct thresholds *thresholds, bool all);

/*
 * Prints for each benchmark whether `b` has the same numbers as `a`, and if not, possible reasons:
 * the images, the tools that made them, Bochs, the options.
 *
 * Returns 0 if everything is identical or every difference has a known reason, 1 if not, or
 * COMPARE_CANNOT as above.
 */
int compare_reproduction(const char *a, const char *b, const struct thresholds *thresholds);

/* Writes "5 %", or "instructions 1 %, cycles 5 %, time 10 %, bytes 0 %". Returns `text`. */
char *compare_thresholds(const struct thresholds *thresholds, char *text, size_t size);
