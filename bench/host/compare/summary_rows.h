/* SPDX-License-Identifier: MIT */
/* Reads the table summary of a run into memory, sorted so that two runs can be merged. */
#pragma once

#include "bench/host/compare/results_folder.h"
#include "bench/host/evaluate/series.h"

/* A row of the table summary. */
struct summary_row {
	char *names[SERIES_NAMES];
	int64_t cpus, parameter;
	struct stats stats;
	unsigned flags;
	bool is_outcome; /* an outcome of an experiment, not a cost */
};

struct summary_rows {
	struct summary_row *items;
	size_t count, room;
};

/*
 * Reads the summary into `rows`, which the caller has zeroed, and sorts them by series_order(). The
 * caller calls summary_rows_free() even after an error. Returns 0, or -1 after a message on stderr.
 */
int summary_rows_load(const struct results *results, struct summary_rows *rows);

/* Frees all rows. */
void summary_rows_free(struct summary_rows *rows);

/*
 * Compares two series by engine, benchmark, parameter, metric, unit, build and number of CPUs, and
 * returns <0, 0 or >0 like strcmp(). The name of the strategy is ignored, because the build
 * determines it.
 */
int series_order(char *const *a, int64_t a_cpus, int64_t a_parameter, char *const *b, int64_t b_cpus,
                 int64_t b_parameter);

/*
 * Copies all names of a series. Returns false if out of memory. The caller calls
 * series_free_names() in either case.
 */
bool series_copy_names(char **to, char *const *from);

/* Frees all names of a series. */
void series_free_names(char **names);
