/* SPDX-License-Identifier: MIT */
/* Figures: data files for gnuplot, and one run of gnuplot per script. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <sqlite3.h>

/*
 * Writes the numbers in <run_dir>/plots/data/ from the tables summary, samples and claims, then
 * runs gnuplot on every script in `plots_dir` whose name ends in .gp and that has a `# needs:`
 * line. A figure is <run_dir>/plots/<script>.svg and .png. If the run has results of both bochs and
 * kvm, those of kvm are in <script>-kvm.svg and .png. A script with a line `# cycles: yes` is also
 * drawn in cycles of the model, as <script>-cycles. A script is skipped with a note on stderr if
 * none of its benchmarks was measured, or none of them in the metric of its `# metric:` line.
 *
 * Returns 0, or -1 after a message on stderr; the other figures are still drawn.
 */
int plots_make(sqlite3 *db, const char *run_dir, const char *plots_dir);

/*
 * Reads the text of the line `# KEY: text` in a script's header and of the indented lines
 * `#    text` that continue it, or of the header's first line if `key` is "". Returns false, with
 * an empty text, if there is no such line.
 */
bool plots_script_line(const char *path, const char *key, char *text, size_t size);
