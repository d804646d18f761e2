/* SPDX-License-Identifier: MIT */
/* Where two runs come from, and why their numbers may differ. */
#pragma once

#include "bench/host/compare/results_folder.h"

/* Prints what both runs are, and the tools and options that differ. */
void compare_print_runs(const struct results pair[2], const char *a, const char *b);

/*
 * Lists in `text`, on one line, what can make exact counts of `strategy` differ: options, Bochs and
 * its library, the programs, the image of the strategy and the tools that made it. Returns true if
 * there is anything.
 */
bool compare_find_reasons(const struct results pair[2], const char *strategy, char *text, size_t size);
