/* SPDX-License-Identifier: MIT */
/* Where two runs come from, and by what their numbers may differ. */
#pragma once

#include "bench/host/compare/results_folder.h"

/* Prints what both are, and the tools and options by which they differ. */
void compare_print_runs(const struct results pair[2], const char *a, const char *b);

/*
 * What can make exact counts of `strategy` differ, as one line in `text`: options, Bochs and the library in it, the
 * programs, the image of the strategy and the tools that made it. Returns whether there is anything.
 */
bool compare_find_reasons(const struct results pair[2], const char *strategy, char *text, size_t size);
