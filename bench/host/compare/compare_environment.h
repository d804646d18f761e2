/* SPDX-License-Identifier: MIT */
/* Compares the environments of two runs, to explain why their numbers differ. */
#pragma once

#include "bench/host/compare/results_folder.h"

/* Prints the folder, name and revision of each run; of a run of `measure` the kernel's file and hash. Then prints each tool, option or property of
 * the host that differs between the runs. `a` and `b` are the paths of the folders. */
void compare_print_runs(const struct results pair[2], const char *a, const char *b);

/*
 * Writes one line to `text`: the possible reasons why exact counts of `strategy` differ. These are
 * differences of the options, of Bochs, of the instrumentation library, of the boot modules, and of
 * the strategy's image and the tools that made it. Returns false, with `text` empty, if there are
 * none.
 */
bool compare_find_reasons(const struct results pair[2], const char *strategy, char *text, size_t size);
