/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/host/session/recover.h"
#include "bench/host/base/paths.h"
#include "bench/host/base/progress.h"
#include "bench/host/base/sql.h"
#include "bench/host/engine/engine.h"
#include "bench/host/launch/launch.h"

#include <glob.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define LAUNCHES_MAX 2000

/* A launch whose state is still `running`. `place` is its number, from 1, among the boots of the
 * run; the name of the launch's folder begins with this number. */
struct interrupted {
	int64_t id, place;
	char engine[32], strategy[64], variant[64], compiler[COMPILER_NAME_MAX];
	bool self_test;
};

static int64_t count_samples(struct store *store, int64_t launch)
{
	char query[80];

	snprintf(query, sizeof query, "SELECT count(*) FROM samples WHERE launch = %" PRId64, launch);
	return sql_number(store_connection(store), "run-bench: recovering", query);
}

/*
 * Feeds the raw records of a launch to a new intake, which stores them, as the run did. Copies the
 * intake's report to `report`. Returns 0, or -1 if the engine or strategy is unknown or memory runs
 * out.
 */
static int replay(struct store *store, const struct interrupted *launch, FILE *records,
                  struct intake_report *report)
{
	const struct engine *engine = engine_find(launch->engine);
	struct strategy strategy;
	struct intake_setup setup = { .store = store,
		                      .launch = launch->id,
		                      .strategy = &strategy,
		                      .mode = launch->self_test ? "test" : "bench",
		                      .variant = *launch->variant ? launch->variant : NULL };
	struct intake *intake;
	char buffer[65536];
	size_t length;

	if (engine) {
		setup.counts = launch_counts(engine);
		setup.engine_flag = engine->flag;
	}
	if (!engine || strategy_parse(launch->strategy, &strategy, buffer, sizeof buffer))
		return -1;
	strategy_set_compiler(&strategy, *launch->compiler ? launch->compiler : compiler_default);
	intake = intake_new(&setup);
	if (!intake)
		return -1;
	while ((length = fread(buffer, 1, sizeof buffer, records)) > 0)
		intake_feed(intake, buffer, length);
	intake_finish(intake);
	*report = *intake_report(intake);
	intake_free(intake);
	return 0;
}

/* Opens the raw records of a launch. Returns NULL if they are missing. */
static FILE *open_records(const struct interrupted *launch, const char *folder)
{
	char pattern[PATH_MAX];
	FILE *records = NULL;
	glob_t found;

	path_format(pattern, sizeof pattern, "%s/logs/%03d-%s-*/records.txt", folder, (int)launch->place,
	            launch->engine);
	if (glob(pattern, 0, NULL, &found) == 0) {
		if (found.gl_pathc == 1)
			records = fopen(found.gl_pathv[0], "re");
		globfree(&found);
	}
	return records;
}

static int recover(struct store *store, const struct interrupted *launch, const char *folder)
{
	struct intake_report report = { 0 };
	struct store_outcome outcome = { .state = "cut short",
		                         .reason = "the harness was killed",
		                         .status = -1,
		                         .revision = report.revision,
		                         .compiler = report.compiler };
	int64_t before = count_samples(store, launch->id);
	FILE *records;

	records = open_records(launch, folder);
	if (records) {
		if (store_launch_clear(store, launch->id) || replay(store, launch, records, &report) ||
		    count_samples(store, launch->id) < before)
			store_rollback(store);
		fclose(records);
	}
	message("%s %s: cut short; %lld samples are kept", launch->engine, launch->strategy,
	        (long long)count_samples(store, launch->id));
	return store_launch_finish(store, launch->id, &outcome);
}

/*
 * Fills `found` with the launches whose state is still `running`, in the order in which they began.
 * Returns their number, at most LAUNCHES_MAX, or -1 after a message.
 */
static int find_interrupted(struct store *store, struct interrupted *found)
{
	static const char query[] =
	        "SELECT id, place, engine, strategy, variant, bench = '', (SELECT value FROM environment"
	        " WHERE key = 'run.compiler') FROM (SELECT *, row_number() OVER "
	        "(ORDER BY id) "
	        "AS place"
	        " FROM launches WHERE engine <> 'image') WHERE state = 'running' ORDER BY id";
	sqlite3_stmt *row = sql_prepare(store_connection(store), "run-bench", "recovering", query);
	int count = 0;

	if (!row)
		return -1;
	while (sqlite3_step(row) == SQLITE_ROW && count < LAUNCHES_MAX) {
		struct interrupted *launch = &found[count++];

		launch->id = sqlite3_column_int64(row, 0);
		launch->place = sqlite3_column_int64(row, 1);
		snprintf(launch->engine, sizeof launch->engine, "%s", sql_text(row, 2));
		snprintf(launch->strategy, sizeof launch->strategy, "%s", sql_text(row, 3));
		snprintf(launch->variant, sizeof launch->variant, "%s", sql_text(row, 4));
		launch->self_test = sqlite3_column_int(row, 5);
		snprintf(launch->compiler, sizeof launch->compiler, "%s", sql_text(row, 6));
	}
	sqlite3_finalize(row);
	return count;
}

int recover_launches(struct store *store, const char *folder)
{
	static struct interrupted found[LAUNCHES_MAX];
	int count = find_interrupted(store, found);
	int status = count < 0 ? -1 : 0;

	for (int i = 0; i < count && status == 0; i++)
		status = recover(store, &found[i], folder);
	if (status == 0)
		status = store_run_cut_short(store);
	if (status == 0)
		return count;
	message_error("run-bench: %s: %s", folder,
	              store_error(store) ? store_error(store) : sqlite3_errmsg(store_connection(store)));
	return -1;
}
