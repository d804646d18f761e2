/* SPDX-License-Identifier: MIT */
#include "bench/host/store/store.h"
#include "bench/host/base/clock.h"
#include "bench/host/base/sql.h"
#include "schema.h"     /* made from schema.sql, compilers.sql and views.sql */
#include "strategies.h" /* made from kernel/axes.txt */

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define COMMIT_AGE 0.5 /* seconds */

enum statement {
	RUN_START,
	RUN_FINISH,
	RUN_CUT_SHORT,
	ENVIRONMENT,
	LAUNCH_START,
	LAUNCH_FINISH,
	SAMPLE,
	CHECK,
	FACT,
	FUNCTION,
	STACK,
	FLAG_ROW,
	EXITS,
	STRETCH,
	STATEMENTS
};

/* `types` has a letter for each `?` of the statement: its type, as run() describes. */
static const struct {
	const char *types;
	const char *sql;
} statements[STATEMENTS] = {
	[RUN_START] = { "sssi", "INSERT INTO run (id, name, started, state, command, seed)"
	                        " VALUES (1, ?, ?, 'running', ?, ?)" },
	[RUN_FINISH] = { "ss", "UPDATE run SET finished = ?, state = ?" },
	[RUN_CUT_SHORT] = { "s", "UPDATE run SET state = ? WHERE state = 'running'" },
	[ENVIRONMENT] = { "ss", "INSERT OR REPLACE INTO environment VALUES (?, ?)" },
	[LAUNCH_START] = { "ssssssiiissii",
	                   "INSERT INTO launches (engine, variant, strategy, stack, loader, isolation, "
	                   "cpus, memory, round,"
	                   " bench, sha256, seed, layout, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, "
	                   "?, ?, ?, ?, 'running')" },
	[LAUNCH_FINISH] = { "ssissdi", "UPDATE launches SET state = ?, reason = ?, status = nullif(?, -1),"
	                               " revision = ?, compiler = ?, seconds = ? WHERE id = ?" },
	[SAMPLE] = { "isisissis", "INSERT INTO samples (launch, benchmark, parameter, parameter_unit, sample,"
	                          " metric, unit, value, flags) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)" },
	[CHECK] = { "issiis", "INSERT INTO checks (launch, kind, name, parameter, ok, detail)"
	                      " VALUES (?, ?, ?, ?, ?, ?)" },
	[FACT] = { "isss", "INSERT INTO facts (launch, name, value, unit) VALUES (?, ?, ?, ?)" },
	[FUNCTION] = { "isissssii",
	               "INSERT INTO functions (launch, benchmark, parameter, kind, function, metric,"
	               " unit, value, n) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)" },
	[STACK] = { "isissssii",
	            "INSERT INTO stacks (launch, benchmark, parameter, kind, stack, metric, unit,"
	            " value, n) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)" },
	[FLAG_ROW] = { "sisi", "UPDATE samples SET flags = ltrim(flags || ',' || ?, ',')"
	                       " WHERE launch = ? AND benchmark = ? AND parameter = ?" },
	[EXITS] = { "isisii", "INSERT INTO vm_exits (launch, benchmark, parameter, reason, exits, samples)"
	                      " VALUES (?, ?, ?, ?, ?, ?)" },
	[STRETCH] = { "isiissss", "INSERT INTO irq_off (launch, benchmark, parameter, ticks, from_function,"
	                          " from_address, to_function, to_address) VALUES (?, ?, ?, ?, ?, ?, ?, ?)" },
};

struct store {
	sqlite3 *db;
	sqlite3_stmt *statement[STATEMENTS];
	double opened; /* clock_seconds() when the transaction began; 0: no transaction is open */
	bool failed;
	char error[256];
};

static int fail(struct store *store)
{
	if (!store->failed) {
		bool full = sqlite3_errcode(store->db) == SQLITE_FULL;
		struct rlimit limit;
		bool limited = sqlite3_errcode(store->db) == SQLITE_IOERR &&
		               getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY;

		snprintf(store->error, sizeof store->error, "the results database cannot be written: %s",
		         full      ? "the disk is full"
		         : limited ? "files may not grow beyond the limit that `ulimit -f` shows"
		                   : sqlite3_errmsg(store->db));
	}
	store->failed = true;
	return -1;
}

static int execute(struct store *store, const char *sql)
{
	return sqlite3_exec(store->db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : fail(store);
}

static int open_transaction(struct store *store)
{
	if (store->failed)
		return -1;
	if (store->opened > 0)
		return 0;
	store->opened = clock_seconds();
	return execute(store, "BEGIN");
}

/*
 * Binds one argument per letter of the statement's types (s: text, i: int64_t, d: double) and
 * executes the statement, in a transaction that it begins if none is open.
 */
static int run(struct store *store, enum statement which, ...)
{
	sqlite3_stmt *statement = store->statement[which];
	va_list arguments;
	int status;

	if (open_transaction(store))
		return -1;
	va_start(arguments, which);
	for (int i = 0; statements[which].types[i]; i++) {
		switch (statements[which].types[i]) {
		case 's':
			sqlite3_bind_text(statement, i + 1, va_arg(arguments, const char *), -1,
			                  SQLITE_TRANSIENT);
			break;
		case 'i':
			sqlite3_bind_int64(statement, i + 1, va_arg(arguments, int64_t));
			break;
		default:
			sqlite3_bind_double(statement, i + 1, va_arg(arguments, double));
			break;
		}
	}
	va_end(arguments);
	status = sqlite3_step(statement);
	if (status != SQLITE_DONE)
		fail(store);
	sqlite3_reset(statement);
	return status == SQLITE_DONE ? 0 : -1;
}

static const char presets[] =
        "CREATE TABLE IF NOT EXISTS preset (place INTEGER PRIMARY KEY, name TEXT, stack TEXT, loader TEXT,"
        " isolation TEXT);"
        "DELETE FROM preset;"
        "INSERT INTO preset VALUES " PRESET_ROWS ";";

const char *store_schema(void)
{
	return SCHEMA_SQL;
}

int store_add_views(sqlite3 *db)
{
	static const struct {
		const char *present, *sql;
	} later[] = {
		{ "SELECT count(*) FROM sqlite_master WHERE name = 'event_summary'", TEMPORARY_VIEWS_SQL },
		{ "SELECT count(*) FROM sqlite_master WHERE name = 'compilers'", TEMPORARY_COMPILERS_SQL },
	};

	for (size_t i = 0; i < sizeof later / sizeof later[0]; i++)
		if (sql_number(db, "run-bench", later[i].present) == 0 &&
		    sql_execute(db, "run-bench", "adding views", later[i].sql))
			return -1;
	return 0;
}

static int prepare_statements(struct store *store)
{
	for (int i = 0; i < STATEMENTS; i++)
		if (sqlite3_prepare_v2(store->db, statements[i].sql, -1, &store->statement[i], NULL) !=
		    SQLITE_OK)
			return fail(store);
	return 0;
}

struct store *store_create(const char *path, char *why, size_t size)
{
	struct store *store = calloc(1, sizeof *store);

	if (!store || access(path, F_OK) == 0 || sqlite3_open(path, &store->db) != SQLITE_OK) {
		snprintf(why, size, "%s cannot be created", path);
	} else if (execute(store, "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;") ||
	           execute(store, SCHEMA_SQL) || execute(store, presets) || prepare_statements(store)) {
		snprintf(why, size, "%s", store->error);
	} else {
		return store;
	}
	if (store)
		store_close(store);
	return NULL;
}

/* Adds the tables and columns that a database of an older version lacks. */
static int add_missing(struct store *store)
{
	static const struct {
		const char *table, *name, *type;
	} columns[] = {
		{ "launches", "layout", "INTEGER NOT NULL DEFAULT 0" },
		{ "claims", "kind", "TEXT NOT NULL DEFAULT 'experiment'" },
		{ "claims", "also", "TEXT NOT NULL DEFAULT ''" },
		{ "claims", "margin_set", "TEXT NOT NULL DEFAULT ''" },
		{ "claims", "name", "TEXT NOT NULL DEFAULT ''" },
	};
	int status = execute(store, TABLES_SQL) || execute(store, presets) ? -1 : 0;

	for (size_t i = 0; status == 0 && i < sizeof columns / sizeof *columns; i++) {
		char sql[200];

		snprintf(sql, sizeof sql,
		         "SELECT count(*) = 0 FROM pragma_table_info('%s') WHERE name = '%s'",
		         columns[i].table, columns[i].name);
		if (sql_number(store->db, "run-bench", sql) == 0)
			continue;
		snprintf(sql, sizeof sql, "ALTER TABLE %s ADD COLUMN %s %s", columns[i].table,
		         columns[i].name, columns[i].type);
		status = execute(store, sql);
	}
	return status;
}

struct store *store_open(const char *path, char *why, size_t size)
{
	struct store *store = calloc(1, sizeof *store);

	if (!store || sqlite3_open_v2(path, &store->db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK)
		snprintf(why, size, "%s cannot be opened", path);
	else if (add_missing(store))
		snprintf(why, size, "%s", store->error);
	else if (store_add_views(store->db))
		snprintf(why, size, "%s is damaged", path);
	else if (prepare_statements(store))
		snprintf(why, size, "%s", store->error);
	else
		return store;
	if (store)
		store_close(store);
	return NULL;
}

int store_close(struct store *store)
{
	int status = store->failed ? -1 : store_commit(store);

	for (int i = 0; i < STATEMENTS; i++)
		sqlite3_finalize(store->statement[i]);
	if (status == 0)
		status = execute(store, "PRAGMA journal_mode = DELETE");
	sqlite3_close(store->db);
	free(store);
	return status;
}

const char *store_error(const struct store *store)
{
	return store->failed ? store->error : NULL;
}

sqlite3 *store_database(struct store *store)
{
	store_commit(store);
	return store->db;
}

sqlite3 *store_connection(struct store *store)
{
	return store->db;
}

int store_commit(struct store *store)
{
	if (store->failed)
		return -1;
	if (store->opened <= 0)
		return 0;
	store->opened = 0;
	return execute(store, "COMMIT");
}

int store_tick(struct store *store)
{
	if (store->opened > 0 && clock_seconds() - store->opened > COMMIT_AGE)
		return store_commit(store);
	return store->failed ? -1 : 0;
}

int store_run_start(struct store *store, const char *name, const char *command, uint64_t seed)
{
	char now[CLOCK_TEXT_MAX];

	clock_utc(now, "%Y-%m-%dT%H:%M:%SZ");
	return run(store, RUN_START, name, now, command, (int64_t)seed) || store_commit(store) ? -1 : 0;
}

int store_run_finish(struct store *store, const char *state)
{
	char now[CLOCK_TEXT_MAX];

	clock_utc(now, "%Y-%m-%dT%H:%M:%SZ");
	return run(store, RUN_FINISH, now, state) || store_commit(store) ? -1 : 0;
}

int store_run_cut_short(struct store *store)
{
	return run(store, RUN_CUT_SHORT, "cut short") || store_commit(store) ? -1 : 0;
}

int store_launch_clear(struct store *store, int64_t launch)
{
	/* Selects every table that has a column `launch`. */
	static const char tables[] = "SELECT m.name FROM sqlite_master m, pragma_table_info(m.name) c"
	                             " WHERE m.type = 'table' AND c.name = 'launch'";
	sqlite3_stmt *row = NULL;
	int status = open_transaction(store);

	if (status == 0 && sqlite3_prepare_v2(store->db, tables, -1, &row, NULL) != SQLITE_OK)
		status = fail(store);
	while (status == 0 && sqlite3_step(row) == SQLITE_ROW) {
		char sql[200];

		snprintf(sql, sizeof sql, "DELETE FROM \"%.100s\" WHERE launch = %lld",
		         (const char *)sqlite3_column_text(row, 0), (long long)launch);
		status = execute(store, sql);
	}
	sqlite3_finalize(row);
	return status;
}

int store_rollback(struct store *store)
{
	if (store->opened <= 0)
		return 0;
	store->opened = 0;
	return execute(store, "ROLLBACK");
}

int store_environment(struct store *store, const char *key, const char *value)
{
	return run(store, ENVIRONMENT, key, value);
}

int64_t store_launch_start(struct store *store, const struct store_launch *launch)
{
	int64_t id;

	if (run(store, LAUNCH_START, launch->engine, launch->variant ? launch->variant : "", launch->strategy,
	        launch->stack, launch->loader, launch->isolation, (int64_t)launch->cpus,
	        (int64_t)launch->memory, (int64_t)launch->round, launch->bench, launch->sha256,
	        (int64_t)launch->seed, (int64_t)launch->layout))
		return -1;
	id = sqlite3_last_insert_rowid(store->db);
	return store_commit(store) ? -1 : id;
}

int store_launch_finish(struct store *store, int64_t launch, const struct store_outcome *outcome)
{
	if (run(store, LAUNCH_FINISH, outcome->state, outcome->reason, (int64_t)outcome->status,
	        outcome->revision, outcome->compiler, outcome->seconds, launch))
		return -1;
	return store_commit(store);
}

int store_sample(struct store *store, const struct store_row *row, int64_t sample, const char *metric,
                 const char *unit, int64_t value, const char *flags)
{
	return run(store, SAMPLE, row->launch, row->benchmark, row->parameter, row->parameter_unit, sample,
	           metric, unit, value, flags);
}

int store_check(struct store *store, int64_t launch, const char *kind, const char *name, int64_t parameter,
                int ok, const char *detail)
{
	return run(store, CHECK, launch, kind, name, parameter, (int64_t)ok, detail);
}

int store_fact(struct store *store, int64_t launch, const char *name, const char *value, const char *unit)
{
	return run(store, FACT, launch, name, value, unit);
}

static int run_function(struct store *store, enum statement which, const struct store_function *function)
{
	const struct store_row *row = function->row;

	return run(store, which, row->launch, row->benchmark, row->parameter, function->kind, function->name,
	           function->metric, function->unit, function->value, function->samples);
}

int store_function(struct store *store, const struct store_function *function)
{
	return run_function(store, FUNCTION, function);
}

int store_stack(struct store *store, const struct store_function *stack)
{
	return run_function(store, STACK, stack);
}

int store_exits(struct store *store, int64_t launch, const char *benchmark, int64_t parameter,
                const char *reason, int64_t exits, int64_t samples)
{
	return run(store, EXITS, launch, benchmark, parameter, reason, exits, samples);
}

int store_stretch(struct store *store, const struct store_row *row, const struct store_stretch *stretch)
{
	return run(store, STRETCH, row->launch, row->benchmark, row->parameter, stretch->ticks,
	           stretch->from_function, stretch->from_address, stretch->to_function, stretch->to_address);
}

int store_flag_row(struct store *store, const struct store_row *row, const char *flag)
{
	return run(store, FLAG_ROW, flag, row->launch, row->benchmark, row->parameter);
}
