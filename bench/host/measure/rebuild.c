/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/host/measure/rebuild.h"
#include "bench/host/base/paths.h"
#include "bench/host/base/progress.h"
#include "bench/host/base/sql.h"
#include "bench/host/compare/results_folder.h"
#include "bench/host/evaluate/summary.h"
#include "bench/host/measure/figure.h"
#include "bench/host/measure/page.h"
#include "bench/host/measure/table.h"
#include "bench/host/report/collapsed.h"
#include "bench/host/report/csv.h"
#include "bench/host/session/recover.h"
#include "bench/host/store/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXIT_CANNOT 2

int rebuild_files(sqlite3 *db, const char *folder)
{
	bool drawn;
	int failed = csv_export_filled(db, folder) | collapsed_write(db, folder);

	failed |= figure_draw(db, folder, &drawn);
	failed |= table_print(db, stdout) | table_write(db, folder);
	failed |= page_write(db, folder);
	message("report:  %s/report.html", folder);
	if (drawn)
		message("figure:  %s/plots/" FIGURE_NAME ".svg (and .png)", folder);
	return failed ? -1 : 0;
}

bool rebuild_is_measured(const char *folder)
{
	char path[PATH_MAX], kind[16];
	sqlite3 *db = NULL;
	bool measured;

	path_format(path, sizeof path, "%s/results.sqlite", folder);
	measured = sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK &&
	           sql_value(db, "SELECT value FROM environment WHERE key = 'run.kind'", NULL, kind,
	                     sizeof kind) &&
	           strcmp(kind, "measure") == 0;
	sqlite3_close(db);
	return measured;
}

int rebuild_run(const char *folder)
{
	char why[RESULTS_WHY_MAX], path[PATH_MAX];
	struct store *store;
	sqlite3 *db;
	int failed;

	if (results_check_run(folder, why)) {
		message_error("run-bench: %s", why);
		return EXIT_CANNOT;
	}
	path_format(path, sizeof path, "%s/results.sqlite", folder);
	store = store_open(path, why, sizeof why);
	if (!store) {
		message_error("run-bench: %s", why);
		return EXIT_CANNOT;
	}
	db = store_database(store);
	failed = recover_launches(store, folder) < 0 || summary_compute(db) || rebuild_files(db, folder);
	failed |= store_close(store);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
