/* SPDX-License-Identifier: MIT */
/*
 * Benchmarks that run programs of Linux: their names end in .real. They get boots of their own, with an archive of such programs
 * as one more boot module, so that the memory of other rows is the same with and without them.
 */
#pragma once

#include <stdbool.h>

#define LINUX_FOLDER  "build/real" /* `make linux-programs` */
#define LINUX_ARCHIVE "linux.cpio"

#define BENCH_GLOBS   128 /* bytes that globs have, as in the kernel */

/* What is asked for, in two: empty where nothing is. */
struct linux_rows {
	char others[BENCH_GLOBS]; /* globs: those that have other benchmarks to match */
	char names[BENCH_GLOBS];  /* of benchmarks that run programs of Linux */
};

/* Whether the benchmark of this name runs programs of Linux. */
bool linux_row(const char *name);

/* Returns true if each of the globs matches a benchmark of build/host/about.txt; `unknown` gets the first that does not. */
bool benchmarks_are_known(const char *globs, char unknown[BENCH_GLOBS]);

/* Splits `globs`, separated by commas, by the names in build/host/about.txt. */
void linux_rows_split(struct linux_rows *rows, const char *globs);
