/* SPDX-License-Identifier: MIT */
/* The table that a run of `measure` ends with. */
#pragma once

#include <sqlite3.h>
#include <stdio.h>

/* SQL: the rows of the table `summary` that are shown, and their order within a region. */
#define TABLE_SHOWN                                                                                    \
	" WHERE max > 0 AND metric NOT LIKE 'due\\_%' ESCAPE '\\' AND NOT (metric = 'work' AND EXISTS" \
	" (SELECT 1 FROM summary AS plain WHERE plain.metric = 'instructions'"                         \
	" AND plain.benchmark = summary.benchmark AND plain.min = summary.min"                         \
	" AND plain.median = summary.median AND plain.max = summary.max))"
#define TABLE_ORDER                                                       \
	"CASE metric WHEN 'instructions' THEN 0 WHEN 'cycles_low' THEN 1" \
	" WHEN 'cycles_nominal' THEN 2 WHEN 'cycles_high' THEN 3 ELSE 4 END, metric"

/* SQL: the order of regions: those of the command line as it gives them, then the others by name. */
#define TABLE_REGION_ORDER                                                            \
	"(SELECT rowid FROM environment WHERE key = 'region.' || benchmark) IS NULL," \
	" (SELECT rowid FROM environment WHERE key = 'region.' || benchmark), benchmark"

/* Prints a line for each region and metric of the table `summary`: number of samples, minimum, median
 * and maximum. Leaves out metrics that are always 0, `work` where it equals `instructions`, and causes
 * of cycles. Then prints the table of beside.h. Returns 0, or -1 after a message. */
int table_print(sqlite3 *db, FILE *out);

/* Writes the text of table_print() to tables.txt in the folder. Returns 0, or -1 after a message. */
int table_write(sqlite3 *db, const char *folder);
