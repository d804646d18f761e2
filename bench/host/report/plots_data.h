/* SPDX-License-Identifier: MIT */
/*
 * Writes the data files that gnuplot draws figures from. docs/results.md describes them.
 * plots_data.c writes what was measured, plots_best.c how strategies compare with the best one.
 */
#pragma once

#include "bench/host/answers/subject.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>

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
 * Returns true if this view has values of at least one of `benchmarks` in one of `metrics`. Both
 * are names separated by spaces; if `metrics` is "", any metric will do. The values must be of a
 * build that the user asked for. Metrics that begin with profile_ are those of --profile-guest, in
 * the table functions. But if `benchmarks` is "claims" and `metrics` is "", returns true if the run
 * has a verdict on a claim.
 *
 * If `builds` is "any", a build that only a claim needs counts too. If `builds` is "pairs", returns
 * plots_isolation_has(). In both cases, a view that is not an engine's own has no values.
 */
bool plots_data_has(sqlite3 *db, const struct view *view, const char *benchmarks, const char *metrics,
                    const char *builds);

/*
 * The rows of the table `summary` that a view draws: those of the view's engine (?1) whose checks
 * passed and whose strategies were asked for. A view that is not the engine's own (its name, ?3,
 * differs from the engine's) draws fewer rows: the row's benchmark must have been measured in the
 * view's metric (?2) with the row's strategy.
 */
#define ROWS                                                                                   \
	" FROM compared_good c WHERE engine = ?1 AND ("                                        \
	"?1 = ?3 OR EXISTS (SELECT 1 FROM summary s WHERE s.engine = ?1 AND s.metric = ?2 AND" \
	" s.benchmark = c.benchmark AND s.strategy = c.strategy))"

/*
 * Writes how the view's strategies compare with the best one: overview.dat, and a file
 * <benchmark>.<strategy>.ratio for each benchmark by size. Returns 0, or -1 after a message.
 */
int plots_best_write(sqlite3 *db, const char *data_dir, const struct view *view);

/*
 * Writes the profile that --profile-guest made of these benchmarks (names separated by spaces), by
 * function of the kernel: functions.gp, and a file <benchmark>.<strategy>.functions for each
 * benchmark and strategy measured. The values in these files are per sample of the benchmark row.
 * Writes nothing if the run has no such profile for the view. Returns 0, or -1 after a message.
 */
int plots_functions_write(sqlite3 *db, const char *data_dir, const struct view *view, const char *benchmarks);

/*
 * Writes the data of the figures about isolation: isolation.gp and isolation.dat, if two builds that
 * differ only in their isolation were measured, and moves.dat. Writes nothing for a view that is not
 * an engine's own. Call plots_data_write() first. Returns 0, or -1 after a message.
 */
int plots_isolation_write(sqlite3 *db, const char *data_dir, const struct view *view);

/* Returns true if isolation.dat has rows in this view. */
bool plots_isolation_has(sqlite3 *db, const struct view *view);

/* Returns view->sized, or view->metric for a run of an older version, which lacks view->sized. */
const char *plots_sized_metric(sqlite3 *db, const struct view *view);

/* Opens <data_dir>/<view>/<name> (or <data_dir>/<name> if `view` is "") for writing, and stores its
 * path in `path`. Returns NULL after a message. */
FILE *plots_open(char path[PATH_MAX], const char *data_dir, const char *view, const char *name);

/* Opens <data_dir>/<view>/<benchmark>.<strategy>.<ending> in the same way, with the benchmark and
 * the strategy as name_for_file() changes them. */
FILE *plots_open_series(char path[PATH_MAX], const char *data_dir, const char *view, const char *benchmark,
                        const char *strategy, const char *ending);

/* Closes a file. Returns 0, or -1 after a message that names `path` if it could not be written. */
int plots_close(FILE *out, const char *path);

/* Prepares a query and binds the view's engine to ?1, its metric to ?2 and its name to ?3. Returns
 * NULL after a message. */
sqlite3_stmt *plots_query(sqlite3 *db, const struct view *view, const char *sql);

/* Returns a column's text, or "NaN" for NULL. */
const char *plots_text(sqlite3_stmt *query, int column);

/*
 * Returns a column's text as name_for_file() changes it: without the characters with which a text
 * could make gnuplot execute a command, and without spaces, which end a column of a data file. If
 * `list` is true, spaces are kept. The text is valid until the fourth call after this one.
 */
const char *plots_word(sqlite3_stmt *query, int column, bool list);
