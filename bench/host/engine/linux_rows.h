/* SPDX-License-Identifier: MIT */
/*
 * Benchmarks that run Linux programs, as marked in build/host/about.txt. They get boots of their
 * own, with an archive of these programs as an additional boot module, so that the memory of other
 * rows is the same with and without them.
 */
#pragma once

#include <stdbool.h>

#define LINUX_FOLDER  "build/real" /* `make linux-programs` */
#define LINUX_ARCHIVE "linux.cpio"

#define BENCH_GLOBS   128 /* bytes of a comma list of globs; the kernel takes more */

/* The requested benchmarks in two lists; a list may be "". */
struct linux_rows {
	char others[BENCH_GLOBS]; /* globs that match other benchmarks, or no benchmark */
	char names[BENCH_GLOBS];  /* names of benchmarks that run Linux programs */
};

/* Returns true if the benchmark of this name runs Linux programs. */
bool linux_row(const char *name);

/*
 * Returns true if each glob matches a benchmark in build/host/about.txt; otherwise `unknown` gets
 * the first that does not.
 */
bool benchmarks_are_known(const char *globs, char unknown[BENCH_GLOBS]);

/* Splits the comma list `globs` into benchmarks that run Linux programs and all others. */
void linux_rows_split(struct linux_rows *rows, const char *globs);
