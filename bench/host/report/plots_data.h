/* SPDX-License-Identifier: MIT */
/* Writes the data files that gnuplot draws figures from. docs/results.md describes them. */
#pragma once

#include "bench/host/answers/subject.h"

#include <stdbool.h>

#include <sqlite3.h>

/* Creates a folder unless it exists. Returns 0, or -1 after a message on stderr. */
int plots_make_dir(const char *path);

/*
 * Writes the data files of one view to <data_dir>/<view>/: index.gp, overview.dat, the
 * distributions of the samples of interrupt benchmarks and, for an engine's own view (subject.h), a
 * file per benchmark and strategy. Writes nothing if the run has no rows for the view. Returns 0,
 * or -1 after a message on stderr.
 */
int plots_data_write(sqlite3 *db, const char *data_dir, const struct view *view);

/* Writes <data_dir>/claims.dat. Returns 0, or -1 after a message on stderr. */
int plots_data_write_claims(sqlite3 *db, const char *data_dir);

/*
 * Returns true if at least one of `benchmarks` (names separated by spaces) was measured in this
 * view in `metric`; "" is any metric. If `benchmarks` is "claims" and `metric` is "", returns true
 * if the run has a verdict on a claim.
 */
bool plots_data_has(sqlite3 *db, const struct view *view, const char *benchmarks, const char *metric);
