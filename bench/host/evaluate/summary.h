/* SPDX-License-Identifier: MIT */
/*
 * Computes summaries and comparisons of series (series.h) from raw samples. docs/results.md
 * describes each column and flag.
 */
#pragma once

#include <sqlite3.h>

/*
 * Marks outliers among the samples, and replaces the rows of the tables summary and comparisons.
 * Calling it again changes nothing. After an error the database is unchanged.
 *
 * Returns 0, or -1 after a message on stderr.
 */
int summary_compute(sqlite3 *db);
