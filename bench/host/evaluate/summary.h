/* SPDX-License-Identifier: MIT */
/*
 * From raw samples to summaries and comparisons.
 *
 * A series is what one strategy did on one engine with one number of CPUs: all samples of one benchmark,
 * parameter and metric, over all launches. docs/results.md says what each column and flag means.
 */
#pragma once

#include <sqlite3.h>

/*
 * Marks outliers among the samples, and fills the tables summary and comparisons. What an earlier call left
 * is replaced, so calling it again changes nothing. All or nothing is written.
 *
 * Returns 0, or -1 after a message on stderr.
 */
int summary_compute(sqlite3 *db);
