/* SPDX-License-Identifier: MIT */
/* The table summary of a run, row by row, in an order that allows two runs to be compared. */
#pragma once

#include "bench/host/compare/results_folder.h"
#include "bench/host/evaluate/series.h"

/* A row of the table summary. */
struct summary_row {
	char *names[SERIES_NAMES];
	int64_t cpus, parameter;
	struct stats stats;
	unsigned flags;
	bool is_outcome; /* counted by an experiment */
};

struct summary_rows {
	struct summary_row *items;
	size_t count, room;
};

/*
 * Reads the summary into zeroed rows, sorted by series_order(); the caller calls
 * summary_rows_free() even after an error. Returns 0, or -1 after a message on stderr.
 */
int summary_rows_load(const struct results *results, struct summary_rows *rows);
void summary_rows_free(struct summary_rows *rows);

/*
 * Compares two series like strcmp(), by engine, benchmark, parameter, metric, unit, build and CPUs.
 * The strategy's name follows from the build and does not count.
 */
int series_order(char *const *a, int64_t a_cpus, int64_t a_parameter, char *const *b, int64_t b_cpus,
                 int64_t b_parameter);

/*
 * Copies all names of a series. Returns false if out of memory; the caller frees what was copied.
 */
bool series_copy_names(char **to, char *const *from);
void series_free_names(char **names);
