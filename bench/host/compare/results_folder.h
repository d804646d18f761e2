/* SPDX-License-Identifier: MIT */
/*
 * Reads folders of finished runs, complete ones and those of which only the small files were kept.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <sqlite3.h>

#define RESULTS_WHY_MAX 1200

struct results {
	sqlite3 *db;      /* at least the tables run, environment, summary and claims */
	bool has_samples; /* read from results.sqlite, else from summary.csv and environment.json */
};

/*
 * Opens the results in `path`; the caller calls results_close() even after an error. A database
 * must be undamaged, of this version, and of a run that ended. Without a database, summary.csv,
 * environment.json and, if it exists, claims.csv are read.
 *
 * Returns 0, or -1 with the reason and advice in `why`.
 */
int results_open(struct results *results, const char *path, char why[RESULTS_WHY_MAX]);
void results_close(struct results *results);

/*
 * Checks that `path` has an undamaged database of a run, possibly a killed one, to which no run is
 * writing, and locks the folder. Returns 0, or -1 with the reason in `why`.
 */
int results_check_run(const char *path, char why[RESULTS_WHY_MAX]);

/* Copies the value of a key of environment.json to `value`, or "unknown". */
void results_environment(const struct results *results, const char *key, char *value, size_t size);
