/* SPDX-License-Identifier: MIT */
/* The commands --compare and --reproduces, which compare two folders of results. */
#pragma once

#include "bench/host/compare/series_changes.h"

#include <stdbool.h>

#define COMPARE_CANNOT 2 /* exit status: the folders cannot be compared */

/*
 * Prints what changed from folder `a` to folder `b`, regressions first. Within each verdict, cycles
 * and time come before counts, and larger changes before smaller ones. A rise of instructions,
 * cycles, time or bytes is a regression if the whole interval of the ratio is above the threshold.
 * A check that fails only in `b`, or violations that occur only in `b`, are regressions too.
 *
 * Changes of all other metrics, such as TLB misses, can be causes of these changes. If `all` is
 * false, they are printed only as causes, below a regression or improvement. If `all` is true,
 * every series that is in both folders and is not identical has a line of its own.
 *
 * Returns 0 if there are no regressions, 1 if there are, or COMPARE_CANNOT after a message if a
 * folder cannot be read.
 */
int compare_print(const char *a, const char *b, const struct thresholds *thresholds, bool all);

/*
 * Prints for each benchmark whether folder `b` has the same numbers as folder `a`. If not, prints
 * possible reasons: differences of the images, the tools that made them, Bochs, or the options.
 * Leaves out benchmarks that run Linux programs.
 *
 * Returns 1 if, for no known reason, a number differs or is missing that an image always repeats
 * (one from Bochs). Returns COMPARE_CANNOT after a message if a folder cannot be read, otherwise 0.
 */
int compare_reproduction(const char *a, const char *b, const struct thresholds *thresholds);

/*
 * Writes thresholds to `text`: "5 %" if all are equal, otherwise a list such as
 * "instructions 1 %, cycles 5 %, time 10 %, bytes 0 %". Returns `text`.
 */
char *compare_thresholds(const struct thresholds *thresholds, char *text, size_t size);
