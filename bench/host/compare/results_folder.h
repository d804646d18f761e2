/* SPDX-License-Identifier: MIT */
/*
 * Reads folders of results. A folder may be complete, or have only the small files that are
 * published (summary.csv, environment.json, claims.csv).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <sqlite3.h>

#define RESULTS_WHY_MAX 1200

struct results {
	sqlite3 *db;      /* results.sqlite, or a database in memory made from the small files */
	bool has_samples; /* true for results.sqlite; false for the small files */
};

/*
 * Opens the results in folder `path`. results.sqlite must be undamaged, of this version, and of a
 * run that has ended. If the folder has no results.sqlite, reads summary.csv, environment.json and,
 * if there is one, claims.csv.
 *
 * Returns 0, or -1 with the reason and advice in `why`. Fails too if the results have no summary.
 * The caller calls results_close() in either case.
 */
int results_open(struct results *results, const char *path, char why[RESULTS_WHY_MAX]);

/* Closes the database. */
void results_close(struct results *results);

/*
 * Locks the folder `path` until this process ends, and checks that its results.sqlite is undamaged
 * and has a row in the table run. A run that was killed passes this check; a run that is still
 * writing to the folder does not. Returns 0, or -1 with the reason in `why`.
 */
int results_check_run(const char *path, char why[RESULTS_WHY_MAX]);

/* Returns true if the results are of a run of `measure`: the kernel is somebody's own, and each benchmark
 * is one of its regions. */
bool results_is_measured(const struct results *results);

/* Copies the value of `key` in the table environment to `value`, or "unknown" if there is no such
 * key. */
void results_environment(const struct results *results, const char *key, char *value, size_t size);
