/* SPDX-License-Identifier: MIT */
/*
 * What other kernels need for the same operation: the presets of Palimpsest, and Linux. Their
 * numbers come from results/reference/summary.csv and results/linux/summary.csv, and are counts.
 */
#pragma once

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Something that all kernels do. */
struct beside_kind {
	const char *name;      /* what the user gives for --as */
	const char *what;      /* the operation, in words */
	const char *benchmark; /* the row's benchmark in both files */
	long parameter;
	const char *part; /* part of Linux's row (docs/baselines.md); NULL if Linux was not measured */
};

/* Returns the kind with this name, or NULL. */
const struct beside_kind *beside_find(const char *name);

/* The names of all kinds, with ", " between them. */
#define BESIDE_KINDS "exec, irq, syscall, fault"

/*
 * Adds the rows of a region to the table `beside`, which it creates. A row is the median `value` of
 * a `metric` for a `kernel`. `place` orders the kernels; the measured one is first. Returns 0, or -1
 * after a message if a file cannot be read.
 */
int beside_add(sqlite3 *db, const char *region, const struct beside_kind *kind);

/* Prints the table, if it exists. */
void beside_print(sqlite3 *db, FILE *out);

/* Calls `row` for each line of the table: first with the names of the metrics as values and a `kernel`
 * of "", then with each kernel's numbers, "-" if unknown. */
typedef void beside_row(void *context, const char *region, const char *what, const char *kernel,
                        const char *const *value, size_t values);
void beside_rows(sqlite3 *db, beside_row *row, void *context);
