/* SPDX-License-Identifier: MIT */
/*
 * From raw samples to summaries and comparisons of series (series.h). docs/results.md describes
 * each column and flag.
 */
#pragma once

#include <sqlite3.h>

/*
 * Marks outliers among the samples, and fills the tables summary and comparisons, replacing earlier
 * contents, so calling it again changes nothing. Writes everything or nothing.
 *
 * Returns 0, or -1 after a message on stderr.
 */
int summary_compute(sqlite3 *db);
