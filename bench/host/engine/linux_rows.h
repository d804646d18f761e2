/* SPDX-License-Identifier: MIT */
/*
 * Benchmarks that run programs of Linux: build/host/about.txt marks them. They get boots of their
 * own, with an archive of such programs as an additional boot module, so that the memory of other
 * rows is the same with and without them.
 */
#pragma once

#include <stdbool.h>

#define LINUX_FOLDER  "build/real" /* `make linux-programs` */
#define LINUX_ARCHIVE "linux.cpio"

#define BENCH_GLOBS   128 /* bytes of a comma list of globs, fewer than the kernel takes */

/* The benchmarks asked for, split in two; "" where there is none. */
struct linux_rows {
	char others[BENCH_GLOBS]; /* the globs that match other benchmarks, or none at all */
	char names[BENCH_GLOBS];  /* names of benchmarks that run programs of Linux */
};

/* Returns true if the benchmark of this name runs programs of Linux. */
bool linux_row(const char *name);

/* Returns true if each glob matches a benchmark of build/host/about.txt; otherwise copies the first that does not to `unknown`. */
bool benchmarks_are_known(const char *globs, char unknown[BENCH_GLOBS]);

/* Splits the comma list `globs` by what the benchmarks that they match run. */
void linux_rows_split(struct linux_rows *rows, const char *globs);
