/* SPDX-License-Identifier: MIT */
/* The environments of two runs, and why their numbers may differ. */
#pragma once

#include "bench/host/compare/results_folder.h"

/* Prints where both runs come from, and the tools and options that differ. */
void compare_print_runs(const struct results pair[2], const char *a, const char *b);

/*
 * Lists in `text`, on one line, possible reasons for different exact counts of `strategy`: options,
 * Bochs and its library, the programs, the strategy's image and the tools that made it. Returns
 * true if there are any.
 */
bool compare_find_reasons(const struct results pair[2], const char *strategy, char *text, size_t size);
