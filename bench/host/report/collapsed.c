/* SPDX-License-Identifier: MIT */
#include "bench/host/report/collapsed.h"
#include "bench/host/base/sql.h"
#include "bench/host/report/row_files.h"

enum { ENGINE, STRATEGY, BENCHMARK, PARAMETER, STACK, VALUE };

static const char query[] =
        "SELECT engine, strategy, benchmark, parameter, stacks.stack, SUM(value) FROM stacks"
        " JOIN launches ON launches.id = stacks.launch WHERE kind = 'sample'"
        " GROUP BY engine, strategy, benchmark, parameter, stacks.stack"
        " ORDER BY engine, strategy, benchmark, parameter, stacks.stack";

int collapsed_write(sqlite3 *db, const char *run_dir)
{
	struct row_files files = { .run_dir = run_dir, .folder = "collapsed", .suffix = ".folded" };
	sqlite3_stmt *row = sql_prepare(db, "collapsed stacks", "stacks", query);
	int status = 0, step = SQLITE_DONE;

	if (!row)
		return -1;
	while (status == 0 && (step = sqlite3_step(row)) == SQLITE_ROW) {
		status = row_files_open(&files, sql_text(row, ENGINE), sql_text(row, STRATEGY),
		                        sql_text(row, BENCHMARK), sqlite3_column_int64(row, PARAMETER));
		if (status == 0)
			fprintf(files.out, "%s %s\n", sql_text(row, STACK), sql_text(row, VALUE));
	}
	if (row_files_close(&files))
		status = -1;
	if (status == 0 && step != SQLITE_DONE)
		status = sql_complain(db, "collapsed stacks", "stacks");
	sqlite3_finalize(row);
	return status;
}
