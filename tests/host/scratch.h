/* SPDX-License-Identifier: MIT */
/*
 * A temporary folder for a test program, with a new results database for each test. Include this
 * file after cmocka.h. To name the run, define SCRATCH_RUN before the #include.
 */
#pragma once

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/host/store/store.h"

#ifndef SCRATCH_RUN
#define SCRATCH_RUN "run"
#endif

static char folder[] = "/tmp/palimpsest-test-XXXXXX";
static struct store *store;
static sqlite3 *db;

static const char *path_of(const char *name)
{
	static char path[300];

	snprintf(path, sizeof path, "%s/%s", folder, name);
	return path;
}

static inline void execute(const char *sql)
{
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
}

/* Returns the first column of a query's first row in a static buffer, or "" if it has no row. */
static inline const char *first_column(const char *sql)
{
	static char text[2000];
	sqlite3_stmt *row;

	text[0] = '\0';
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &row, NULL), SQLITE_OK);
	if (sqlite3_step(row) == SQLITE_ROW && sqlite3_column_text(row, 0))
		snprintf(text, sizeof text, "%s", (const char *)sqlite3_column_text(row, 0));
	sqlite3_finalize(row);
	return text;
}

/* Removes the folder `name` in the temporary folder, and everything in it. */
static inline void remove_tree(const char *name)
{
	char command[400];

	snprintf(command, sizeof command, "rm -r '%s'", path_of(name));
	assert_int_equal(system(command), 0);
}

static int make_database(void **state)
{
	char why[200];
	(void)state;

	store = store_create(path_of("results.sqlite"), why, sizeof why);
	if (!store || store_run_start(store, SCRATCH_RUN, "command", 7))
		return -1;
	db = store_database(store);
	return 0;
}

static int remove_files(void **state)
{
	DIR *files = opendir(folder);
	struct dirent *file;
	(void)state;

	store_close(store);
	while ((file = readdir(files)))
		if (file->d_name[0] != '.')
			remove(path_of(file->d_name));
	closedir(files);
	return 0;
}

static int make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
	(void)state;
	return rmdir(folder);
}
