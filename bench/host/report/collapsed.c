/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/host/report/collapsed.h"
#include "bench/host/base/paths.h"
#include "bench/host/base/text.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { ENGINE, STRATEGY, CPUS, BENCHMARK, PARAMETER, STACK, VALUE };

static const char query[] =
        "SELECT engine, strategy, cpus, benchmark, parameter, stacks.stack, SUM(value) FROM stacks"
        " JOIN launches ON launches.id = stacks.launch WHERE kind = 'sample'"
        " GROUP BY engine, strategy, cpus, benchmark, parameter, stacks.stack"
        " ORDER BY engine, strategy, cpus, benchmark, parameter, stacks.stack";

static int complain(const char *what, const char *why)
{
	fprintf(stderr, "collapsed stacks: %s: %s\n", what, why);
	return -1;
}

static const char *text_of(sqlite3_stmt *row, int column)
{
	return (const char *)sqlite3_column_text(row, column);
}

/* The file of a row. */
static FILE *open_file(sqlite3_stmt *row, const char *run_dir, char path[PATH_MAX])
{
	char engine[NAME_SIZE], strategy[NAME_SIZE], benchmark[NAME_SIZE];
	size_t length;

	path_format(path, PATH_MAX, "%s/collapsed/%s/%s", run_dir,
	            name_for_file(text_of(row, ENGINE), engine, sizeof engine),
	            name_for_file(text_of(row, STRATEGY), strategy, sizeof strategy));
	if (path_make_folders(path))
		return NULL;
	length = strlen(path);
	path_format(path + length, PATH_MAX - length, "/%s-%lld.folded",
	            name_for_file(text_of(row, BENCHMARK), benchmark, sizeof benchmark),
	            (long long)sqlite3_column_int64(row, PARAMETER));
	return fopen(path, "we");
}

static int close_file(FILE *out, const char *path)
{
	bool failed = ferror(out);

	failed |= fclose(out) != 0;
	return failed ? complain(path, "cannot be written; is the disk full?") : 0;
}

int collapsed_write(sqlite3 *db, const char *run_dir)
{
	char path[PATH_MAX] = "", key[PATH_MAX] = "";
	FILE *out = NULL;
	sqlite3_stmt *row;
	int status = 0, step = SQLITE_DONE;

	if (sqlite3_prepare_v2(db, query, -1, &row, NULL) != SQLITE_OK)
		return complain("stacks", sqlite3_errmsg(db));
	while (status == 0 && (step = sqlite3_step(row)) == SQLITE_ROW) {
		char now[PATH_MAX];

		path_format(now, sizeof now, "%s %s %s %s", text_of(row, ENGINE), text_of(row, STRATEGY),
		            text_of(row, BENCHMARK), text_of(row, PARAMETER));
		if (!out || strcmp(now, key) != 0) {
			if (out)
				status = close_file(out, path);
			out = open_file(row, run_dir, path);
			if (!out) {
				status = complain(path, strerror(errno));
				break;
			}
			memcpy(key, now, sizeof key);
		}
		fprintf(out, "%s %s\n", text_of(row, STACK), text_of(row, VALUE));
	}
	if (out && close_file(out, path))
		status = -1;
	if (status == 0 && step != SQLITE_DONE)
		status = complain("stacks", sqlite3_errmsg(db));
	sqlite3_finalize(row);
	return status;
}
