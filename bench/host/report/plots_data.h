/* SPDX-License-Identifier: MIT */
/* The numbers behind the figures, in files that gnuplot reads. docs/results.md describes them. */
#pragma once

#include "bench/host/report/subject.h"

#include <stdbool.h>

#include <sqlite3.h>

/* Creates a folder unless it exists. Returns 0, or -1 after a message on stderr. */
int plots_make_dir(const char *path);

/*
 * Writes the data files of one view to <data_dir>/<view>/: index.gp, overview.dat, and, for an
 * engine's own view, a file per benchmark and strategy. Writes nothing if the view has no rows.
 * Returns 0, or -1 after a message on stderr.
 */
int plots_data_write(sqlite3 *db, const char *data_dir, const struct view *view);

/* Writes <data_dir>/claims.dat. Returns 0, or -1 after a message on stderr. */
int plots_data_write_claims(sqlite3 *db, const char *data_dir);

/*
 * Returns true if one of `benchmarks`, separated by spaces, was measured in this view in `metric`,
 * or in any metric if that is "". The word `claims` stands for any verdict.
 */
bool plots_data_has(sqlite3 *db, const struct view *view, const char *benchmarks, const char *metric);
