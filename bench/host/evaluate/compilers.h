/* SPDX-License-Identifier: MIT */
/*
 * The compilers of a run. Each has a folder of results with its own summaries, comparisons and
 * verdicts. The first compiler's folder is that of the run. The folders of the other compilers are
 * in it: compilers/<compiler>. Only verdicts and orderings are compared across compilers.
 */
#pragma once

#include <stdio.h>

#include <sqlite3.h>

/*
 * Fills the tables compilers, compiler_verdicts and compiler_reversals anew. The tables are in
 * `db`, the database of the run in `folder`. Their rows come from this database and from the
 * databases in the run's subfolders. The keys run.compiler and run.compilers of the table
 * environment name the compilers. Leaves out a compiler without results. Returns 0, or -1 after a
 * message.
 */
int compilers_gather(sqlite3 *db, const char *folder);

/*
 * Prints which verdicts depend on the compiler, and how many orderings each compiler reverses. Prints
 * nothing if the run has one compiler.
 */
void compilers_print(sqlite3 *db, FILE *out);

/*
 * SQL query with one row per claim whose verdict depends on the compiler. Its columns are `id` and
 * `verdicts`, a text such as "confirmed with gcc-O2, clang-O2; refuted with gcc-Os".
 */
#define COMPILERS_HINGE                                                                            \
	"SELECT id, group_concat(verdict || ' with ' || names, '; ') AS verdicts FROM (SELECT id," \
	" verdict, group_concat(compiler, ', ') AS names, min(place) AS first FROM (SELECT * FROM" \
	" compiler_verdicts JOIN compilers USING (place) ORDER BY id, place) GROUP BY id, verdict" \
	" ORDER BY id, first) GROUP BY id HAVING count(*) > 1 ORDER BY id"
