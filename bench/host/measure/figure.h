/* SPDX-License-Identifier: MIT */
/* The figure of a run of `measure`: where the cycles of each region go. */
#pragma once

#include <stdbool.h>

#include <sqlite3.h>

#define FIGURE_NAME "where" /* plots/where.svg and plots/where.png in the folder of the results */

/*
 * Draws a bar for each region: its nominal cycles by cause. Without cycles, a bar has the region's
 * instructions by function. Reads the tables summary, samples and functions. Writes the data to
 * plots/data/measure/. Sets *drawn to false, without writing, if there is nothing to draw: no cycles
 * and no functions. Returns 0, or -1 after a message.
 */
int figure_draw(sqlite3 *db, const char *folder, bool *drawn);
