/* SPDX-License-Identifier: MIT */
#include "bench/host/evaluate/compilers.h"
#include "bench/host/base/paths.h"
#include "bench/host/base/sql.h"
#include "bench/host/base/text.h"
#include "bench/host/engine/compiler.h"

#include <inttypes.h>
#include <string.h>

#define PART "compilers" /* messages begin with this word */

/* SQL query: the orderings in `view`, a database's view `decided` (views.sql). The view has each
 * pair of strategies in both orders; the query selects each pair once. It leaves out the metrics
 * cycles_low and cycles_high: an ordering in cycles_nominal is in the view only if these two
 * metrics have the same ordering. */
#define DECIDED(view)                                                                              \
	"SELECT engine, benchmark, parameter, metric, a, b, ratio, ci_high < 1 AS less FROM " view \
	" WHERE a < b AND metric NOT IN ('cycles_low', 'cycles_high')"

/* Executes a statement. Binds ?1 to `place` and, unless `text` is NULL, ?2 to `text`. */
static int write(sqlite3 *db, const char *sql, int place, const char *text)
{
	sqlite3_stmt *statement = sql_prepare(db, PART, "gathering", sql);
	int status;

	if (!statement)
		return -1;
	sqlite3_bind_int(statement, 1, place);
	if (text)
		sql_bind(statement, 2, text);
	status = sql_write(db, PART, "gathering", statement);
	sqlite3_finalize(statement);
	return status;
}

/* Adds the results of the first compiler, which are in `db` itself. */
static int add_first(sqlite3 *db, const char *compiler)
{
	return write(db,
	             "INSERT INTO compilers SELECT ?1, ?2, (SELECT coalesce(max(compiler), '') FROM "
	             "launches),"
	             " NULL, NULL",
	             1, compiler) ||
	       write(db, "INSERT INTO compiler_verdicts SELECT ?1, id, verdict, evidence FROM claims", 1,
	             NULL);
}

/* Adds the results of another compiler, which are in the attached database `other`. */
static int add_other(sqlite3 *db, int place, const char *compiler)
{
	return write(db,
	             "INSERT INTO compilers SELECT ?1, ?2, (SELECT coalesce(max(compiler), '') FROM"
	             " other.launches), count(*), coalesce(sum(mine.less <> theirs.less), 0) FROM"
	             " (" DECIDED("decided") ") mine JOIN (" DECIDED(
	                     "other.decided") ") theirs"
	                                      " USING (engine, benchmark, parameter, metric, a, b)",
	             place, compiler) ||
	       write(db, "INSERT INTO compiler_verdicts SELECT ?1, id, verdict, evidence FROM other.claims",
	             place, NULL) ||
	       write(db,
	             "INSERT INTO compiler_reversals SELECT ?1, engine, benchmark, parameter, metric, a, b,"
	             " mine.ratio, theirs.ratio FROM (" DECIDED("decided") ") mine JOIN (" DECIDED(
	                     "other.decided") ") theirs USING (engine, benchmark, parameter, metric, a, b)"
	                                      " WHERE mine.less <> theirs.less",
	             place, NULL);
}

static int attach(sqlite3 *db, const char *path)
{
	sqlite3_stmt *statement = sql_prepare(db, PART, path, "ATTACH ?1 AS other");
	int status;

	if (!statement)
		return -1;
	sql_bind(statement, 1, path);
	status = sql_write(db, PART, path, statement);
	sqlite3_finalize(statement);
	return status;
}

int compilers_gather(sqlite3 *db, const char *folder)
{
	char names[COMPILERS_MAX * COMPILER_NAME_MAX], own[COMPILER_NAME_MAX], why[200];
	struct compiler_list list;
	int status = sql_execute(db, PART, "gathering",
	                         "DELETE FROM compilers; DELETE FROM compiler_verdicts;"
	                         "DELETE FROM compiler_reversals");

	/* Older runs lack these keys; their only compiler was the default one. */
	if (!sql_value(db, "SELECT value FROM environment WHERE key = ?1", "run.compiler", own, sizeof own))
		snprintf(own, sizeof own, "%s", compiler_default);
	if (!sql_value(db, "SELECT value FROM environment WHERE key = ?1", "run.compilers", names,
	               sizeof names) ||
	    compiler_list_parse(&list, names, why, sizeof why))
		list.count = 0;
	if (status || add_first(db, own))
		return -1;
	for (size_t i = 0; i < list.count && status == 0; i++) {
		char path[PATH_MAX];

		path_format(path, sizeof path, "%s/compilers/%s/results.sqlite", folder, list.name[i]);
		if (!path_exists(path))
			continue;
		status = attach(db, path);
		if (status == 0) {
			status = add_other(db, (int)i + 1, list.name[i]);
			status |= sql_execute(db, PART, path, "DETACH other");
		}
	}
	return status ? -1 : 0;
}

void compilers_print(sqlite3 *db, FILE *out)
{
	int64_t hinge = sql_number(db, PART, "SELECT count(*) FROM (" COMPILERS_HINGE ")");
	sqlite3_stmt *row;

	if (sql_number(db, PART, "SELECT count(*) FROM compilers") < 2)
		return;
	fprintf(out,
	        "compilers  the verdicts of %" PRId64 " of %" PRId64 " claims depend on the compiler%s\n",
	        hinge, sql_number(db, PART, "SELECT count(DISTINCT id) FROM compiler_verdicts"),
	        hinge ? ":" : "");
	row = sql_prepare(db, PART, "printing", COMPILERS_HINGE);
	while (row && sqlite3_step(row) == SQLITE_ROW)
		text_print(out, "  claim %d: %s\n", sqlite3_column_int(row, 0), sql_text(row, 1));
	sqlite3_finalize(row);
	row = sql_prepare(
	        db, PART, "printing",
	        "SELECT compiler, version, decided, reversed FROM compilers WHERE decided IS NOT NULL"
	        " ORDER BY place");
	while (row && sqlite3_step(row) == SQLITE_ROW)
		text_print(out, "  %s (%s) reverses %d of %d orderings of two strategies\n", sql_text(row, 0),
		           sql_text(row, 1), sqlite3_column_int(row, 3), sqlite3_column_int(row, 2));
	sqlite3_finalize(row);
	fputs("  Each compiler's results are in compilers/; compilers.csv and compiler-reversals.csv compare"
	      " them.\n\n",
	      out);
}
