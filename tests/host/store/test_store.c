/* SPDX-License-Identifier: MIT */
/* Tests the results database. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/host/store/store.h"

static char folder[] = "/tmp/test-store-XXXXXX";
static char path[64];

static const struct store_launch launch = { .engine = "bochs",
	                                    .strategy = "window",
	                                    .stack = "fixed-ist",
	                                    .loader = "window",
	                                    .isolation = "shared",
	                                    .cpus = 1,
	                                    .memory = 512,
	                                    .round = 2,
	                                    .seed = 7,
	                                    .layout = 9,
	                                    .bench = "*",
	                                    .sha256 = "abc" };

static int make_folder(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof path, "%s/results.sqlite", folder);
	return 0;
}

static int remove_files(void **state)
{
	static const char *const suffixes[] = { "", "-wal", "-shm" };
	(void)state;

	for (int i = 0; i < 3; i++) {
		char name[80];

		snprintf(name, sizeof name, "%s%s", path, suffixes[i]);
		unlink(name);
	}
	return 0;
}

static int remove_folder(void **state)
{
	remove_files(state);
	return rmdir(folder);
}

/* Returns the first column of a query's first row as text, in a static buffer. */
static const char *ask(sqlite3 *db, const char *sql)
{
	static char text[200];
	sqlite3_stmt *statement;

	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	snprintf(text, sizeof text, "%s",
	         sqlite3_column_text(statement, 0) ? (const char *)sqlite3_column_text(statement, 0)
	                                           : "NULL");
	sqlite3_finalize(statement);
	return text;
}

static struct store *create(void)
{
	char why[200];
	struct store *store = store_create(path, why, sizeof why);

	assert_non_null(store);
	assert_int_equal(store_run_start(store, "name", "command", 7), 0);
	return store;
}

static void everything_is_stored(void **state)
{
	struct store *store = create();
	sqlite3 *db = store_database(store);
	struct store_row row = { store_launch_start(store, &launch), "exec.load", 4096, "bytes" };
	(void)state;

	assert_int_equal(row.launch, 1);
	assert_int_equal(store_sample(store, &row, 0, "instructions", "instructions", 1LL << 60, ""), 0);
	assert_int_equal(store_sample(store, &row, 1, "instructions", "instructions", 5, "warmup"), 0);
	assert_int_equal(store_flag_row(store, &row, "check-failed"), 0);
	assert_int_equal(store_check(store, 1, "check", "exec.load", 4096, 0, "it's \"stale\""), 0);
	assert_int_equal(store_fact(store, 1, "boot.stack", "400", "bytes"), 0);
	assert_int_equal(store_environment(store, "host.cpu", "unknown: no"), 0);
	assert_int_equal(store_environment(store, "host.cpu", "one"), 0);

	assert_string_equal(ask(db, "SELECT state FROM launches"), "running");
	assert_string_equal(ask(db, "SELECT value FROM samples WHERE sample = 0"), "1152921504606846976");
	assert_string_equal(ask(db, "SELECT flags FROM samples WHERE sample = 0"), "check-failed");
	assert_string_equal(ask(db, "SELECT flags FROM samples WHERE sample = 1"), "warmup,check-failed");
	assert_string_equal(ask(db, "SELECT detail FROM checks"), "it's \"stale\"");
	assert_string_equal(ask(db, "SELECT seed || ' ' || round || ' ' || memory FROM launches"), "7 2 512");
	assert_string_equal(ask(db, "SELECT value FROM environment"), "one");

	assert_int_equal(store_launch_finish(store, 1,
	                                     &(struct store_outcome){ .state = "cut short",
	                                                              .reason = "why",
	                                                              .status = -1,
	                                                              .revision = "r",
	                                                              .compiler = "c",
	                                                              .seconds = 1.5 }),
	                 0);
	assert_string_equal(ask(db, "SELECT state || ' ' || reason || ' ' || seconds FROM launches"),
	                    "cut short why 1.5");
	assert_string_equal(ask(db, "SELECT status FROM launches"), "NULL");
	assert_int_equal(store_run_finish(store, "complete"), 0);
	assert_string_equal(ask(db, "SELECT state FROM run"), "complete");
	assert_int_equal(store_close(store), 0);
}

static void a_closed_file_stands_alone(void **state)
{
	char name[80];
	(void)state;

	assert_int_equal(store_close(create()), 0);
	snprintf(name, sizeof name, "%s-wal", path);
	assert_int_equal(access(name, F_OK), -1);
	assert_int_equal(access(path, F_OK), 0);
}

static void an_existing_file_is_left_alone(void **state)
{
	char why[200];
	(void)state;

	assert_int_equal(store_close(create()), 0);
	assert_null(store_create(path, why, sizeof why));
	assert_non_null(strstr(why, path));
	assert_null(store_create("/nowhere/at/all.sqlite", why, sizeof why));
}

static void others_can_read_what_is_committed(void **state)
{
	struct store *store = create();
	struct store_row row = { store_launch_start(store, &launch), "exec.load", 4096, "bytes" };
	sqlite3 *reader;
	(void)state;

	assert_int_equal(store_sample(store, &row, 0, "instructions", "instructions", 1, ""), 0);
	assert_int_equal(store_commit(store), 0);
	assert_int_equal(store_sample(store, &row, 1, "instructions", "instructions", 1, ""), 0);
	assert_int_equal(sqlite3_open_v2(path, &reader, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	assert_string_equal(ask(reader, "SELECT count(*) FROM samples"), "1");
	sqlite3_close(reader);
	assert_int_equal(store_close(store), 0);
}

/*
 * The test limits the size of the database. When the limit is reached, SQLite reports the same
 * error as for a full disk.
 */
static void a_full_disk_is_reported_once_and_breaks_nothing(void **state)
{
	struct store *store = create();
	sqlite3 *db = store_database(store);
	struct store_row row = { store_launch_start(store, &launch), "exec.load", 4096, "bytes" };
	char limit[64];
	int status = 0;
	(void)state;

	assert_int_equal(store_sample(store, &row, 0, "instructions", "instructions", 1, ""), 0);
	assert_int_equal(store_commit(store), 0);
	snprintf(limit, sizeof limit, "PRAGMA max_page_count = %d", atoi(ask(db, "PRAGMA page_count")) + 2);
	ask(db, limit);
	for (int i = 1; i < 100000 && status == 0; i++)
		status = store_sample(store, &row, i, "instructions", "instructions", i, "");
	assert_int_equal(status, -1);
	assert_string_equal(store_error(store), "the results database cannot be written: the disk is full");
	assert_int_equal(store_sample(store, &row, 0, "x", "y", 1, ""), -1);
	assert_int_equal(store_tick(store), -1);
	assert_string_equal(ask(db, "SELECT count(*) FROM samples"), "1");
	assert_string_equal(ask(db, "PRAGMA integrity_check"), "ok");
	assert_int_equal(store_close(store), -1);
}

/* Does what --recover does with the database of a harness that was killed. */
static void a_database_is_opened_again_and_a_launch_taken_anew(void **state)
{
	struct store *store = create();
	int64_t id = store_launch_start(store, &launch);
	struct store_row row = { id, "exec.load", 4096, "bytes" };
	char why[200];
	(void)state;

	store_sample(store, &row, 0, "instructions", "instructions", 5, "");
	store_close(store);
	store = store_open(path, why, sizeof why);
	assert_non_null(store);

	/* A rollback restores the samples that were cleared. */
	assert_int_equal(store_launch_clear(store, id), 0);
	assert_string_equal(ask(store_connection(store), "SELECT count(*) FROM samples"), "0");
	assert_int_equal(store_rollback(store), 0);
	assert_string_equal(ask(store_connection(store), "SELECT count(*) FROM samples"), "1");
	assert_int_equal(store_rollback(store), 0);

	assert_int_equal(store_launch_clear(store, id), 0);
	store_sample(store, &row, 0, "instructions", "instructions", 6, "");
	assert_int_equal(store_run_cut_short(store), 0);
	assert_string_equal(ask(store_database(store), "SELECT group_concat(value) FROM samples"), "6");
	assert_string_equal(ask(store_database(store), "SELECT state FROM run"), "cut short");
	store_close(store);

	/* Make databases of two older versions: one lacks columns, the other also lacks tables. */
	for (int all = 0; all < 2; all++) {
		store = store_open(path, why, sizeof why);
		assert_int_equal(sqlite3_exec(store_connection(store),
		                              all ? "DROP TABLE irq_off; DROP TABLE compilers;"
		                                    "ALTER TABLE launches DROP COLUMN layout;"
		                                    "ALTER TABLE claims DROP COLUMN margin_set;"
		                                    "ALTER TABLE claims DROP COLUMN name;"
		                                    "ALTER TABLE claims DROP COLUMN kind;"
		                                    "ALTER TABLE claims DROP COLUMN also"
		                                  : "ALTER TABLE claims DROP COLUMN margin_set;"
		                                    "ALTER TABLE claims DROP COLUMN name;"
		                                    "INSERT INTO claims (id) VALUES (1)",
		                              NULL, NULL, NULL),
		                 SQLITE_OK);
		store_close(store);
		store = store_open(path, why, sizeof why);
		assert_non_null(store);
		assert_string_equal(
		        ask(store_database(store), "SELECT kind || also || margin_set || name FROM claims"),
		        "experiment");
		assert_string_equal(ask(store_database(store), "SELECT layout FROM launches"),
		                    all ? "0" : "9");
		assert_int_equal(store_stretch(store, &row, &(struct store_stretch){ 5, "a", "1", "b", "2" }),
		                 0);
		assert_string_equal(ask(store_database(store), "SELECT max(ticks) FROM irq_off"), "5");
		store_close(store);
	}

	assert_null(store_open("/nowhere/results.sqlite", why, sizeof why));
	assert_string_equal(why, "/nowhere/results.sqlite cannot be opened");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(everything_is_stored, remove_files),
		cmocka_unit_test_teardown(a_closed_file_stands_alone, remove_files),
		cmocka_unit_test_teardown(an_existing_file_is_left_alone, remove_files),
		cmocka_unit_test_teardown(others_can_read_what_is_committed, remove_files),
		cmocka_unit_test_teardown(a_database_is_opened_again_and_a_launch_taken_anew, remove_files),
		cmocka_unit_test_teardown(a_full_disk_is_reported_once_and_breaks_nothing, remove_files),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
