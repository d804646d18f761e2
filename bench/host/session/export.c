/* SPDX-License-Identifier: MIT */
#include "bench/host/session/export.h"
#include "bench/host/base/paths.h"
#include "bench/host/base/progress.h"
#include "bench/host/base/sql.h"
#include "bench/host/compare/results_folder.h"
#include "bench/host/report/perf_script.h"

#include <stdlib.h>

#define EXIT_CANNOT 2

/* Says why nothing was exported. Returns the exit status. */
static int nothing(sqlite3 *db, const char *folder)
{
	if (sql_number(db, "run-bench", "SELECT EXISTS (SELECT 1 FROM stacks)"))
		message_error("run-bench: %s: none of its rows with counts per function matches --bench and "
		              "--strategy",
		              folder);
	else
		message_error("run-bench: %s has no counts per function; ./run-bench.sh --engine bochs makes "
		              "them, with --profile none only if --functions is given",
		              folder);
	return EXIT_CANNOT;
}

int export_run(const struct options *options)
{
	const bool all = !options->strategies_given || options->strategies_all;
	const char *folder = options->folder[0];
	const struct perf_script_rows rows = { .globs = options->bench,
		                               .strategies = all ? NULL : &options->strategies };
	char why[RESULTS_WHY_MAX];
	char path[PATH_MAX];
	sqlite3 *db = NULL;
	int files, status;

	if (results_check_run(folder, why)) {
		message_error("run-bench: %s", why);
		return EXIT_CANNOT;
	}
	path_format(path, sizeof path, "%s/results.sqlite", folder);
	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK) {
		message_error("run-bench: %s: %s", path, sqlite3_errmsg(db));
		sqlite3_close(db);
		return EXIT_CANNOT;
	}
	files = perf_script_write(db, folder, &rows);
	status = files > 0 ? EXIT_SUCCESS : files < 0 ? EXIT_FAILURE : nothing(db, folder);
	if (files > 0)
		message("%d files: %s/perf-script/<engine>/<strategy>/<benchmark>-<parameter>.linux-perf.txt",
		        files, folder);
	sqlite3_close(db);
	return status;
}
