/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/host/report/collapsed.h"
#include "bench/host/base/complain.h"
#include "bench/host/base/paths.h"
#include "bench/host/base/sql.h"
#include "bench/host/base/text.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { ENGINE, STRATEGY, BENCHMARK, PARAMETER, STACK, VALUE };

static const char query[] =
        "SELECT engine, strategy, benchmark, parameter, stacks.stack, SUM(value) FROM stacks"
        " JOIN launches ON launches.id = stacks.launch WHERE kind = 'sample'"
        " GROUP BY engine, strategy, benchmark, parameter, stacks.stack"
        " ORDER BY engine, strategy, benchmark, parameter, stacks.stack";

/*
 * Opens the file of a benchmark row for writing, after making the folders above it, and stores the
 * file's path in `path`. Returns NULL with errno on failure.
 */
static FILE *open_file(sqlite3_stmt *row, const char *run_dir, char path[PATH_MAX])
{
	char engine[NAME_SIZE], strategy[NAME_SIZE], benchmark[NAME_SIZE];
	size_t length;

	path_format(path, PATH_MAX, "%s/collapsed/%s/%s", run_dir,
	            name_for_file(sql_text(row, ENGINE), engine, sizeof engine),
	            name_for_file(sql_text(row, STRATEGY), strategy, sizeof strategy));
	if (path_make_folders(path))
		return NULL;
	length = strlen(path);
	path_format(path + length, PATH_MAX - length, "/%s-%lld.folded",
	            name_for_file(sql_text(row, BENCHMARK), benchmark, sizeof benchmark),
	            (long long)sqlite3_column_int64(row, PARAMETER));
	return fopen(path, "we");
}

static int close_file(FILE *out, const char *path)
{
	bool failed = ferror(out);

	failed |= fclose(out) != 0;
	return failed ? complain("collapsed stacks", "%s: %s", path, "cannot be written; is the disk full?")
	              : 0;
}

int collapsed_write(sqlite3 *db, const char *run_dir)
{
	char path[PATH_MAX] = "", key[PATH_MAX] = "";
	FILE *out = NULL;
	sqlite3_stmt *row = sql_prepare(db, "collapsed stacks", "stacks", query);
	int status = 0, step = SQLITE_DONE;

	if (!row)
		return -1;
	while (status == 0 && (step = sqlite3_step(row)) == SQLITE_ROW) {
		char now[PATH_MAX];

		path_format(now, sizeof now, "%s %s %s %s", sql_text(row, ENGINE), sql_text(row, STRATEGY),
		            sql_text(row, BENCHMARK), sql_text(row, PARAMETER));
		if (!out || strcmp(now, key) != 0) {
			if (out)
				status = close_file(out, path);
			out = open_file(row, run_dir, path);
			if (!out) {
				status = complain("collapsed stacks", "%s: %s", path, strerror(errno));
				break;
			}
			memcpy(key, now, sizeof key);
		}
		fprintf(out, "%s %s\n", sql_text(row, STACK), sql_text(row, VALUE));
	}
	if (out && close_file(out, path))
		status = -1;
	if (status == 0 && step != SQLITE_DONE)
		status = sql_complain(db, "collapsed stacks", "stacks");
	sqlite3_finalize(row);
	return status;
}
