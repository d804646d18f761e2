/* SPDX-License-Identifier: MIT */
/* report.html: a run's results in one self-contained file, without network access or scripts. */
#pragma once

#include <sqlite3.h>

/*
 * Writes <run_dir>/report.html from the database and the figures in <run_dir>/plots/, whose
 * captions are in the scripts of `plots_dir`. If a figure, claim or sample is missing, the page
 * says so in its place.
 *
 * Returns 0, or -1 after a message on stderr; the file is not replaced then.
 */
int report_write(sqlite3 *db, const char *run_dir, const char *plots_dir);
