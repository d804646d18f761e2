/* SPDX-License-Identifier: MIT */
/* Collapsed stacks: the input format of flame graph tools such as flamegraph.pl. */
#pragma once

#include <sqlite3.h>

/*
 * Writes <run_dir>/collapsed/<engine>/<strategy>/<benchmark>-<parameter>.folded for each benchmark
 * and parameter in the table `stacks` (schema.sql), without the overhead samples. A file has a line
 * "outermost;...;innermost N" per chain of calls; N is the sum of the table's values. Creates no
 * folder if the table has no rows.
 *
 * Returns 0, or -1 after a message on stderr.
 */
int collapsed_write(sqlite3 *db, const char *run_dir);
