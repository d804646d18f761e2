/* SPDX-License-Identifier: MIT */
/*
 * CSV as RFC 4180 describes it, with \n for a line end: what other tools read of a run.
 */
#pragma once

#include <stddef.h>
#include <stdio.h>

#include <sqlite3.h>

#define CSV_FIELDS_MAX 24

/*
 * Writes every table of sheets[] as a CSV file in the folder `run_dir`, and the computed ones as JSON Lines too. Each is written
 * under a temporary name and takes its own name when it is complete. The order of rows depends on their
 * contents only. An SQL NULL is an empty field.
 *
 * Returns 0, or -1 after a message on stderr that names the file; the others are still written.
 */
int csv_export(sqlite3 *db, const char *run_dir);

/* Writes one field, quoted where it must be. */
void csv_write_field(FILE *out, const char *text);

struct csv_record {
	size_t count;
	char *fields[CSV_FIELDS_MAX]; /* point into `text`; fields beyond the maximum are dropped */
	char *text;
	size_t size;
};

/*
 * Reads the next record. Start with a zeroed record; it is used again for each call, and csv_free ends it.
 *
 * Returns 1, or 0 at the end of the file, or -1 on a read error, an open quote at the end or no memory.
 */
int csv_read_record(FILE *in, struct csv_record *record);
void csv_free(struct csv_record *record);
