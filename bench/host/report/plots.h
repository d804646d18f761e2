/* SPDX-License-Identifier: MIT */
/* Figures: data files for gnuplot, and a run of gnuplot per script. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <sqlite3.h>

/*
 * Writes the numbers of <run_dir>/plots/data/ from the tables summary, samples and claims, then runs gnuplot on every
 * script in `plots_dir` whose name ends in .gp and that has a `# needs:` line. A figure is
 * <run_dir>/plots/<script>.svg and .png. When the run has results of both bochs and kvm, those of kvm are in
 * <script>-kvm.svg and .png; a script with a line `# cycles: yes` is drawn in cycles of the model too, as <script>-cycles.
 * A script none of whose benchmarks was measured is passed over with a note on stderr; so is one whose `# metric:` line
 * names a metric that none of them has.
 *
 * Returns 0, or -1 after a message on stderr; the other figures are still drawn.
 */
int plots_make(sqlite3 *db, const char *run_dir, const char *plots_dir);

/*
 * Reads the lines `# KEY: text` of a script's head, and the lines `#    text` that go on with them. Writes the
 * text without its key; KEY "" stands for the first line of all. Returns false, with an empty text, when there is none.
 */
bool plots_script_line(const char *path, const char *key, char *text, size_t size);
