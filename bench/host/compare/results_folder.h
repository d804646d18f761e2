/* SPDX-License-Identifier: MIT */
/*
 * Reading folders of finished runs: complete ones, and those of which only the small files were
 * kept.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <sqlite3.h>

#define RESULTS_WHY_MAX 1200

struct results {
	sqlite3 *db;      /* tables run, environment, summary and claims at least */
	bool has_samples; /* from results.sqlite, else from summary.csv and environment.json */
};

/*
 * Opens the results in `path`; results_close ends them in any case. A database must be whole, of this version and
 * of a run that ended; without a database, summary.csv and environment.json (and claims.csv, if it is there) are read.
 *
 * Returns 0, or -1 with a reason and what to do in `why`.
 */
int results_open(struct results *results, const char *path, char why[RESULTS_WHY_MAX]);
void results_close(struct results *results);

/*
 * Checks that `path` has an undamaged database of a run, possibly a killed one, that no run is
 * writing to, and locks the folder. Returns 0, or -1 with the reason.
 */
int results_check_run(const char *path, char why[RESULTS_WHY_MAX]);

/* Copies the value of a key of environment.json to `value`, or "unknown". */
void results_environment(const struct results *results, const char *key, char *value, size_t size);
