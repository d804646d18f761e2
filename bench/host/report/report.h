/* SPDX-License-Identifier: MIT */
/* report.html: a run's results in one file that needs nothing beside it, neither network nor scripts. */
#pragma once

#include <sqlite3.h>

/*
 * Writes <run_dir>/report.html from the database and from the figures in <run_dir>/plots/, whose captions stand in the
 * scripts of `plots_dir`. What is missing, a figure, a claim or every sample, is said in its place.
 *
 * Returns 0, or -1 after a message on stderr; there is then no new file.
 */
int report_write(sqlite3 *db, const char *run_dir, const char *plots_dir);
