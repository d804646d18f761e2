/* SPDX-License-Identifier: MIT */
/* The files of a run of `measure` that are made from its database, and how to make them again. */
#pragma once

#include <stdbool.h>

#include <sqlite3.h>

/*
 * Writes the CSV files, collapsed/, tables.txt, report.html and the figure to the folder, and prints the
 * table. Says where the page and the figure are. Returns 0, or -1 after a message; then the other files
 * are written all the same.
 */
int rebuild_files(sqlite3 *db, const char *folder);

/* Returns true if the folder has the database of a run of `measure`. */
bool rebuild_is_measured(const char *folder);

/*
 * Makes all these files again, as --report and --recover do. A run that was killed is marked as cut
 * short; then what --as adds, and the functions, are missing. Returns the exit status.
 */
int rebuild_run(const char *folder);
