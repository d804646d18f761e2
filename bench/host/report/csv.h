/* SPDX-License-Identifier: MIT */
/* Writes and reads CSV files as in RFC 4180, but with \n as the line end. */
#pragma once

#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

#include <sqlite3.h>

#define CSV_FIELDS_MAX 24

/*
 * Writes the result of each query in sheets[] (csv.c) to a CSV file in the folder `run_dir`. Also
 * writes each result to a JSON Lines file, except samples and functions. Each file is written under
 * a temporary name and renamed once it is complete. The order of rows depends only on their
 * contents. An SQL NULL is an empty field.
 *
 * Returns 0, or -1 if a file could not be written, after a message on stderr that names the file.
 * The other files are written even then.
 */
int csv_export(sqlite3 *db, const char *run_dir);

/* Like csv_export(), but leaves no file of a query without rows in the folder. */
int csv_export_filled(sqlite3 *db, const char *run_dir);

/* A csv_export() that has begun. */
struct csv_export {
	pid_t child; /* writes samples and functions, which take longest; -1: there is none */
	int status;  /* 0, or -1 if a file already written has failed */
};

/*
 * Like csv_export(), but returns while another process still writes the files of samples and
 * functions. Until csv_end() was called, the database must not change.
 */
struct csv_export csv_begin(sqlite3 *db, const char *run_dir);

/* Waits until all files are written. Returns 0, or -1 after a message, like csv_export(). */
int csv_end(const struct csv_export *export);

/* Writes one field, in quotes if it contains a comma, a quote or a line end. */
void csv_write_field(FILE *out, const char *text);

struct csv_record {
	size_t count;                 /* number of fields */
	char *fields[CSV_FIELDS_MAX]; /* point into `text`; further fields are dropped */
	char *text;                   /* the fields, each with a NUL after it */
	size_t size;                  /* bytes allocated for `text` */
};

/*
 * Reads the next record. The caller zeroes `record` before the first call and passes the same
 * object to every call; each call overwrites the fields. csv_free() frees them.
 *
 * Returns 1 if a record was read, 0 at the end of the file, or -1 if reading fails, the file ends
 * inside quotes, or memory runs out.
 */
int csv_read_record(FILE *in, struct csv_record *record);

/* Frees the text of a record and zeroes the record. */
void csv_free(struct csv_record *record);
