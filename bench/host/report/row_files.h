/* SPDX-License-Identifier: MIT */
/*
 * Files of benchmark rows, one for each row: <run_dir>/<folder>/<engine>/<strategy>/
 * <benchmark>-<parameter><suffix>.
 */
#pragma once

#include <limits.h>
#include <stdint.h>
#include <stdio.h>

/* The caller sets the first three fields and zeroes the others. */
struct row_files {
	const char *run_dir, *folder, *suffix;
	FILE *out;           /* the open file, NULL: none */
	char path[PATH_MAX]; /* path of the open file */
	size_t count;        /* number of files opened so far */
};

/*
 * Opens the file of a row for writing, unless this file is open already. First closes the file of
 * another row, if one is open, and makes the folders for the new file. Returns 0, or -1 after a
 * message.
 */
int row_files_open(struct row_files *files, const char *engine, const char *strategy, const char *benchmark,
                   int64_t parameter);

/* Closes the open file, if there is one. Returns 0, or -1 after a message if it could not be written. */
int row_files_close(struct row_files *files);
