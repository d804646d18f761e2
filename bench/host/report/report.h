/* SPDX-License-Identifier: MIT */
/* report.html: a run's results in one HTML file that needs no network and contains no scripts. */
#pragma once

#include <sqlite3.h>

/*
 * Writes <run_dir>/report.html from the database and the figures in <run_dir>/plots/. Captions are
 * read from the gnuplot scripts in `plots_dir`. If the run has no figures, claims or samples, the
 * page says so.
 *
 * Returns 0, or -1 after a message on stderr. After -1 an older page is still there, unchanged.
 */
int report_write(sqlite3 *db, const char *run_dir, const char *plots_dir);
