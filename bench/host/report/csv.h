/* SPDX-License-Identifier: MIT */
/* CSV as in RFC 4180, with \n as the line end, for other tools to read. */
#pragma once

#include <stddef.h>
#include <stdio.h>

#include <sqlite3.h>

#define CSV_FIELDS_MAX 24

/*
 * Writes every table of sheets[] to a CSV file in the folder `run_dir`, and the computed tables as
 * JSON Lines too. Each file is written under a temporary name and renamed once it is complete. The
 * order of rows depends only on their contents. An SQL NULL is an empty field.
 *
 * Returns 0, or -1 after a message on stderr that names the file; the others are still written.
 */
int csv_export(sqlite3 *db, const char *run_dir);

/* Writes one field, quoted if necessary. */
void csv_write_field(FILE *out, const char *text);

struct csv_record {
	size_t count;
	char *fields[CSV_FIELDS_MAX]; /* point into `text`; fields past the maximum are dropped */
	char *text;
	size_t size;
};

/*
 * Reads the next record into `record`, which is zeroed before the first call, reused by further
 * calls and freed by csv_free().
 *
 * Returns 1, 0 at the end of the file, or -1 on a read error, for a quote that is still open at the
 * end, or if out of memory.
 */
int csv_read_record(FILE *in, struct csv_record *record);
void csv_free(struct csv_record *record);
