/* SPDX-License-Identifier: MIT */
/* Results on a terminal. */
#pragma once

#include <stdio.h>

#include <sqlite3.h>

/*
 * Prints the results of the run, with a row per benchmark and parameter and a column per strategy,
 * in the engine's main metric, and then the claims. On a terminal the table keeps to its width:
 * first intervals are left out, then the strategies are split over several tables. Colours are used
 * only on a terminal, and only if NO_COLOR is unset or empty.
 */
void terminal_table_print(sqlite3 *db, FILE *out);
