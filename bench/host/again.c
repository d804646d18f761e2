/* SPDX-License-Identifier: MIT */
#include "bench/host/again.h"
#include "bench/host/paths.h"
#include "bench/host/plots.h"
#include "bench/host/progress.h"
#include "bench/host/report.h"
#include "bench/host/report_parts.h"
#include "bench/host/session.h"

#include <stdlib.h>

#define EXIT_CANNOT 2

/* The tables that a report reads; the query fails when one is missing. */
static const char schema[] = "SELECT (SELECT count(*) FROM run) + (SELECT count(*) FROM environment) +"
                             " (SELECT count(*) FROM launches) + (SELECT count(*) FROM checks) +"
                             " (SELECT count(*) FROM summary) + (SELECT count(*) FROM comparisons) +"
                             " (SELECT count(*) FROM attribution) + (SELECT count(*) FROM claims) +"
                             " (SELECT count(*) FROM samples WHERE rowid = 1)";

/* Opens the database of a run; NULL after a message when it is none, or of another version. */
static sqlite3 *open_run(const char *run_dir)
{
	char path[PATH_MAX];
	sqlite3 *db = NULL;

	path_format(path, sizeof path, "%s/results.sqlite", run_dir);
	if (!path_exists(path)) {
		message_error("run-bench: %s is not there: name the folder of a run, such as results/latest",
		              path);
		return NULL;
	}
	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK &&
	    sqlite3_exec(db, schema, NULL, NULL, NULL) == SQLITE_OK)
		return db;
	message_error("run-bench: %s cannot be used: %s; is it the database of another version, or damaged?",
	              path, sqlite3_errmsg(db));
	sqlite3_close(db);
	return NULL;
}

int again_report(const char *run_dir)
{
	sqlite3 *db = open_run(run_dir);
	char plots[PATH_MAX];
	int failed;

	if (!db)
		return EXIT_CANNOT;
	path_format(plots, sizeof plots, "%s/plots", path_root());
	if (report_count(db, "SELECT count(*) FROM (SELECT 1 FROM summary LIMIT 1)") == 0) {
		message("the run was not evaluated; this is done first");
		failed = session_evaluate(db, run_dir);
	} else {
		failed = plots_make(db, run_dir, plots);
		failed |= report_write(db, run_dir, plots);
	}
	sqlite3_close(db);
	message("report:  %s/report.html", run_dir);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
