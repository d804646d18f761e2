/* SPDX-License-Identifier: MIT */
/* The numbers that figures are drawn from, as files that gnuplot reads. docs/results.md describes them. */
#pragma once

#include "bench/host/report/subject.h"

#include <stdbool.h>

#include <sqlite3.h>

/* Creates a folder unless it is there. Returns 0, or -1 after a message on stderr. */
int plots_make_dir(const char *path);

/*
 * Writes the data files of one view to <data_dir>/<view>/: index.gp, overview.dat, and for an engine's own view a file
 * per benchmark and strategy. Writes nothing when the view has no rows. Returns 0, or -1 after a message on stderr.
 */
int plots_data_write(sqlite3 *db, const char *data_dir, const struct view *view);

/* Writes <data_dir>/claims.dat. Returns 0, or -1 after a message on stderr. */
int plots_data_write_claims(sqlite3 *db, const char *data_dir);

/* Whether one of the benchmarks, words separated by spaces, was measured in this view, in any metric or the one that is not "";
 * `claims` means any verdict. */
bool plots_data_has(sqlite3 *db, const struct view *view, const char *benchmarks, const char *metric);
