/* SPDX-License-Identifier: MIT */
/* Draws the figures of a run with gnuplot. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <sqlite3.h>

/*
 * Writes data files to <run_dir>/plots/data/ from the tables summary, samples and claims, then runs
 * gnuplot on every script <name>.gp in `plots_dir` that has a `# needs:` line in its header.
 *
 * gnuplot writes a figure to <run_dir>/plots/<name>.svg and <name>.png. If both bochs and kvm have
 * data for a script, the figure of kvm is <name>-kvm. A script with the line `# cycles: yes` is
 * also drawn in modelled cycles, as <name>-cycles. A script needs a benchmark of its `# needs:`
 * line, measured in a metric of its `# metric:` line and in the builds of its `# builds:` line
 * (docs/results.md). If the run has no such benchmark, the script is skipped, with a note on
 * stderr.
 *
 * Returns 0, or -1 after a message on stderr. If one figure cannot be drawn, draws the other
 * figures before it returns -1.
 */
int plots_make(sqlite3 *db, const char *run_dir, const char *plots_dir);

/*
 * Runs the script <plots_dir>/<script>.gp as plots_make() does. The script finds its data in
 * <run_dir>/plots/data/<view>/, and writes <run_dir>/plots/<figure>.svg and <figure>.png. Returns 0, or
 * -1 after a message.
 */
int plots_draw(const char *run_dir, const char *plots_dir, const char *script, const char *view,
               const char *figure);

/*
 * Finds the line `# KEY: …` in a script's header, and the lines `#    …` that continue it. Copies
 * what they say to `text`, at most `size` bytes. If `key` is "", copies the header's first line.
 * Returns false, with `text` empty, if there is no such line.
 */
bool plots_script_line(const char *path, const char *key, char *text, size_t size);
