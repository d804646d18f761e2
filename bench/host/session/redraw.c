/* SPDX-License-Identifier: MIT */
#include "bench/host/session/redraw.h"
#include "bench/host/base/paths.h"
#include "bench/host/base/progress.h"
#include "bench/host/base/sql.h"
#include "bench/host/compare/results_folder.h"
#include "bench/host/report/plots.h"
#include "bench/host/report/report.h"
#include "bench/host/session/session.h"
#include "bench/host/store/store.h"
#include "bench/host/terminal/files.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define EXIT_CANNOT 2

/*
 * Returns true if the run has ended, its samples (if any) were evaluated, and the table `claims`
 * has the column `name`, which older versions of the harness did not write.
 */
static bool is_evaluated(sqlite3 *db)
{
	static const char sql[] =
	        "SELECT (SELECT state FROM run) <> 'running' AND (EXISTS (SELECT 1 FROM summary) OR"
	        " NOT EXISTS (SELECT 1 FROM samples))"
	        " AND (SELECT count(name) FROM claims) >= 0";
	char evaluated[4];

	return sql_value(db, sql, NULL, evaluated, sizeof evaluated) && strcmp(evaluated, "1") == 0;
}

int redraw_report(const char *run_dir)
{
	char why[RESULTS_WHY_MAX];
	char path[PATH_MAX];
	char plots[PATH_MAX];
	sqlite3 *db = NULL;
	int failed;

	path_format(path, sizeof path, "%s/results.sqlite", run_dir);
	path_format(plots, sizeof plots, "%s/plots", path_root());
	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK || !is_evaluated(db)) {
		sqlite3_close(db);
		/* If the folder has no run, session_recover() prints what is wrong with it. */
		return session_recover(run_dir, false);
	}
	if (results_check_run(run_dir, why)) {
		sqlite3_close(db);
		message_error("run-bench: %s", why);
		return EXIT_CANNOT;
	}
	failed = store_add_views(db) || plots_make(db, run_dir, plots);
	failed |= report_write(db, run_dir, plots);
	failed |= terminal_files_write(db, run_dir);
	sqlite3_close(db);
	if (!failed)
		message("report:  %s/report.html", run_dir);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
