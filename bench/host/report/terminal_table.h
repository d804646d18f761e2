/* SPDX-License-Identifier: MIT */
/* Results for people at a terminal. */
#pragma once

#include <stdio.h>

#include <sqlite3.h>

/*
 * Prints the results of the run (a row per benchmark and parameter, a column per strategy, for the engine's
 * main metric), and then the claims. On a terminal the table keeps to its width: intervals go first, then
 * the strategies are split over several tables. Colours are used on a terminal only, and not when the
 * environment has a NO_COLOR that is not empty.
 */
void terminal_table_print(sqlite3 *db, FILE *out);
