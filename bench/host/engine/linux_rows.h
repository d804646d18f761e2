/* SPDX-License-Identifier: MIT */
/*
 * Benchmarks that run in boots of their own. build/host/about.txt marks them.
 * - linux: they run Linux programs. Only their boots have the archive of these programs as a boot
 *   module, so that the archive does not change the memory that other benchmarks find.
 * - fixed: they take a fixed number of samples and do not depend on the layout of memory. They
 *   count something themselves, so their boots need no cycle model.
 */
#pragma once

#include <stdbool.h>

#define LINUX_FOLDER  "build/real" /* made by `make linux-programs` */
#define LINUX_ARCHIVE "linux.cpio"

#define BENCH_GLOBS   256 /* bytes of a list of globs, separated by commas, with the NUL */

/* The benchmarks asked for, in two lists. Commas separate the items of a list. A list may be "". */
struct linux_rows {
	/* Globs that match no benchmark, or at least one benchmark without Linux programs. */
	char others[BENCH_GLOBS];
	char names[BENCH_GLOBS]; /* names of benchmarks that run Linux programs */
	bool fixed;              /* `others` matches a benchmark with a fixed number of samples */
	/* `others` matches a benchmark whose number of samples varies, or has a glob that matches
	 * no benchmark. */
	bool varied;
};

/* Returns true if the benchmark of this name runs Linux programs. */
bool linux_row(const char *name);

/*
 * Returns true if each glob matches a benchmark in build/host/about.txt, or if that file is
 * missing. Otherwise returns false, and `unknown` has the first glob that matches no benchmark.
 */
bool benchmarks_are_known(const char *globs, char unknown[BENCH_GLOBS]);

/*
 * Splits `globs`, separated by commas, into benchmarks that run Linux programs and all others. If
 * about.txt is missing, `fixed` and `varied` are true.
 */
void linux_rows_split(struct linux_rows *rows, const char *globs);
