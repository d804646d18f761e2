/* SPDX-License-Identifier: MIT */
/* Prints results as text tables. */
#pragma once

#include <stdio.h>

#include <sqlite3.h>

/*
 * Prints the medians of each engine in a table, then the verdicts on the claims. A table has a
 * column per strategy and a row per benchmark and parameter, in the engine's main metric. A
 * benchmark that lacks this metric has a row per metric.
 *
 * A table that is wider than the terminal is printed without intervals. If it is still too wide,
 * its columns are split over several tables. If `out` is no terminal, the width is not limited.
 * Colours are used only on a terminal, and only if NO_COLOR is unset or empty.
 */
void terminal_table_print(sqlite3 *db, FILE *out);
