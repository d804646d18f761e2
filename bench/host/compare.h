/* SPDX-License-Identifier: MIT */
/* --compare and --reproduces: two folders of results side by side. */
#pragma once

#include <stdbool.h>

#define COMPARE_CANNOT 2

/*
 * Prints what changed from `a` to `b`, and marks regressions: series whose whole interval is more than `threshold`
 * (a part; 0.05 is 5 %) above. `all`: lists every series that is not identical.
 *
 * Returns 0, or 1 when there are regressions, or COMPARE_CANNOT after a message when a folder cannot be read.
 */
int compare_print(const char *a, const char *b, double threshold, bool all);

/*
 * Prints for each benchmark whether `b` has the numbers of `a`, and if not, what may be the reason: the images, the
 * tools that made them, Bochs, the options.
 *
 * Returns 0 when all is identical or a reason is known, 1 when not, COMPARE_CANNOT as above.
 */
int compare_reproduction(const char *a, const char *b, double threshold);
