/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/host/compare/results_folder.h"
#include "bench/host/base/paths.h"
#include "bench/host/base/sql.h"
#include "bench/host/report/csv.h"
#include "bench/host/store/folder.h"
#include "bench/host/store/store.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define JSON_MAX (1 << 20)

__attribute__((format(printf, 2, 3))) static int wrong(char *why, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(why, RESULTS_WHY_MAX, format, arguments);
	va_end(arguments);
	return -1;
}

/*
 * Checks that a database is undamaged, has this version's format and tables, and has a row in the
 * table run. Returns 0, or -1 with the reason in `why`.
 */
static int check_database(sqlite3 *db, const char *file, char *why)
{
	char text[200];

	sql_value(db, "PRAGMA user_version", NULL, text, sizeof text);
	if (!*text)
		return wrong(why, "%s is damaged: %s", file, sqlite3_errmsg(db));
	if (atoi(text) != STORE_VERSION)
		return wrong(why, "%s is no results database of format %d (it says %s)", file, STORE_VERSION,
		             text);
	sql_value(db, "PRAGMA quick_check(1)", NULL, text, sizeof text);
	if (strcmp(text, "ok") != 0)
		return wrong(why, "%s is damaged: %s", file, *text ? text : sqlite3_errmsg(db));
	sql_value(db,
	          "SELECT count(*) FROM sqlite_master WHERE name IN ('run', 'environment', 'launches', "
	          "'samples',"
	          " 'checks', 'facts', 'summary', 'comparisons', 'attribution', 'claims')",
	          NULL, text, sizeof text);
	if (strcmp(text, "10") != 0)
		return wrong(why, "%s is no results database: tables are missing", file);
	sql_value(db, "SELECT name FROM run", NULL, text, sizeof text);
	return *text ? 0 : wrong(why, "%s holds no run: it was ended before it began", file);
}

static int check_finished(const struct results *results, const char *path, char *why)
{
	char text[200];

	sql_value(results->db, "SELECT state FROM run", NULL, text, sizeof text);
	if (strcmp(text, "running") == 0)
		return wrong(why,
		             "%s: the run was cut short, or is not over; when no run is at work, "
		             "`./run-bench.sh --recover %s`"
		             " writes the summaries of what it measured",
		             path, path);
	return 0;
}

static int open_database(struct results *results, const char *path, const char *file, char *why)
{
	results->has_samples = true;
	if (sqlite3_open_v2(file, &results->db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK)
		return wrong(why, "%s: %s", file, sqlite3_errmsg(results->db));
	sqlite3_busy_timeout(results->db, 2000);
	return check_database(results->db, file, why) || check_finished(results, path, why) ? -1 : 0;
}

/* Checks the format that environment.json states (results.format). Returns 0, or -1 with the reason
 * in `why`. */
static int check_format(sqlite3 *db, const char *file, char *why)
{
	char text[40];

	sql_value(db, "SELECT value FROM environment WHERE key = 'results.format'", NULL, text, sizeof text);
	if (!*text)
		return wrong(why, "%s does not say which format the results have (results.format)", file);
	if (atoi(text) != STORE_VERSION)
		return wrong(why, "%s: the results are of format %s, and this version reads format %d", file,
		             text, STORE_VERSION);
	return 0;
}

/*
 * Reads environment.json, an object of strings, into the table environment. SQLite parses the JSON
 * text. Returns 0, or -1 with the reason in `why`.
 */
static int load_environment(sqlite3 *db, const char *file, char *why)
{
	static const char insert[] = "INSERT INTO environment SELECT key, value FROM json_each(?1)";
	char *text = calloc(1, JSON_MAX);
	FILE *in = fopen(file, "re");
	sqlite3_stmt *statement = NULL;
	int status = 0;

	if (!in || !text)
		status = wrong(why, "%s: %s", file, strerror(errno));
	else if (fread(text, 1, JSON_MAX - 1, in) == 0 ||
	         sqlite3_prepare_v2(db, insert, -1, &statement, NULL) != SQLITE_OK ||
	         sqlite3_bind_text(statement, 1, text, -1, SQLITE_STATIC) != SQLITE_OK ||
	         sqlite3_step(statement) != SQLITE_DONE)
		status = wrong(why, "%s is damaged: it is not an object of JSON", file);
	sqlite3_finalize(statement);
	if (in)
		fclose(in);
	free(text);
	return status;
}

/* A CSV file, and the table into which its rows are read. */
struct table_file {
	const char *name, *table;
	const char *columns; /* the file's header line; the table has the columns in this order */
	size_t count;        /* number of columns */
	bool (*is_text)(size_t column);
};

static bool is_summary_text(size_t column)
{
	return column < 5 || column == 6 || column == 8 || column == 9 || column == 19;
}

static bool is_claims_text(size_t column)
{
	return column > 0;
}

static const struct table_file summary_file = { "summary.csv", "summary",
	                                        "engine,strategy,stack,loader,isolation,cpus,benchmark,"
	                                        "parameter,metric,unit,n,min,q1,median,q3,max,mad,ci_low,"
	                                        "ci_high,flags",
	                                        20, is_summary_text };
static const struct table_file claims_file = { "claims.csv", "claims",
	                                       "id,seed,quote,verdict,evidence,figure,kind,also,margin_set,"
	                                       "name",
	                                       10, is_claims_text };

/* Returns true if the record equals the header of the CSV file, file->columns. */
static bool is_header(const struct table_file *file, const struct csv_record *record)
{
	const char *wanted = file->columns;

	for (size_t i = 0; i < record->count; i++) {
		size_t length = strlen(record->fields[i]);

		if (strncmp(wanted, record->fields[i], length) != 0 ||
		    (wanted[length] && wanted[length] != ','))
			return false;
		wanted += length + (wanted[length] == ',');
	}
	return record->count == file->count && !*wanted;
}

/*
 * Binds the fields of a record to the parameters of `insert`. Returns false if a number is
 * malformed.
 */
static bool bind_record(const struct table_file *file, const struct csv_record *record, sqlite3_stmt *insert)
{
	for (size_t i = 0; i < file->count; i++) {
		const char *field = record->fields[i];
		char *end;
		double number = strtod(field, &end);

		if (file->is_text(i))
			sqlite3_bind_text(insert, (int)i + 1, field, -1, SQLITE_TRANSIENT);
		else if (!*field || *end)
			return false;
		else
			sqlite3_bind_double(insert, (int)i + 1, number);
	}
	return true;
}

static int load_records(sqlite3 *db, const struct table_file *file, const char *path, FILE *in,
                        sqlite3_stmt *insert, char *why)
{
	struct csv_record record = { 0 };
	size_t line = 1;
	int got = csv_read_record(in, &record);
	int status = 0;

	if (got != 1 || !is_header(file, &record))
		status = wrong(why, "%s is not a %s of this version", path, file->name);
	while (status == 0 && (got = csv_read_record(in, &record)) != 0) {
		line++;
		if (got < 0 || record.count != file->count || !bind_record(file, &record, insert))
			status = wrong(why, "%s is damaged at record %zu", path, line);
		else if (sqlite3_step(insert) != SQLITE_DONE)
			status = wrong(why, "%s: %s", path, sqlite3_errmsg(db));
		sqlite3_reset(insert);
	}
	csv_free(&record);
	return status;
}

static int load_table(sqlite3 *db, const struct table_file *file, const char *path, char *why)
{
	FILE *in = fopen(path, "re");
	sqlite3_stmt *insert = NULL;
	char places[80] = "?";
	char sql[200];
	int status;

	if (!in)
		return wrong(why, "%s: %s", path, strerror(errno));
	for (size_t i = 1; i < file->count; i++)
		strcat(places, ",?");
	snprintf(sql, sizeof sql, "INSERT INTO %s VALUES (%s)", file->table, places);
	if (sqlite3_prepare_v2(db, sql, -1, &insert, NULL) != SQLITE_OK)
		status = wrong(why, "%s: %s", path, sqlite3_errmsg(db));
	else
		status = load_records(db, file, path, in, insert, why);
	sqlite3_finalize(insert);
	fclose(in);
	return status;
}

static int open_files(struct results *results, const char *path, char *why)
{
	char file[PATH_MAX];

	if (sqlite3_open(":memory:", &results->db) != SQLITE_OK ||
	    sqlite3_exec(results->db, store_schema(), NULL, NULL, NULL) != SQLITE_OK)
		return wrong(why, "%s", sqlite3_errmsg(results->db));
	path_format(file, sizeof file, "%s/environment.json", path);
	if (load_environment(results->db, file, why) || check_format(results->db, file, why))
		return -1;
	path_format(file, sizeof file, "%s/summary.csv", path);
	if (load_table(results->db, &summary_file, file, why))
		return -1;
	path_format(file, sizeof file, "%s/claims.csv", path);
	return path_exists(file) ? load_table(results->db, &claims_file, file, why) : 0;
}

/* Checks that `path` is a folder. Returns 0, or -1 with the reason in `why`. */
static int check_folder(const char *path, char *why)
{
	struct stat status;

	if (strlen(path) > PATH_MAX - 64)
		return wrong(why, "the name of a folder is too long");
	if (stat(path, &status))
		return wrong(why, "%s: %s", path, strerror(errno));
	if (!S_ISDIR(status.st_mode))
		return wrong(why, "%s is not a folder", path);
	return 0;
}

int results_open(struct results *results, const char *path, char why[RESULTS_WHY_MAX])
{
	char database[PATH_MAX];
	char summary[PATH_MAX];
	char text[40];
	int status;

	*results = (struct results){ 0 };
	if (check_folder(path, why))
		return -1;
	path_format(database, sizeof database, "%s/results.sqlite", path);
	path_format(summary, sizeof summary, "%s/summary.csv", path);
	if (path_exists(database))
		status = open_database(results, path, database, why);
	else if (path_exists(summary))
		status = open_files(results, path, why);
	else
		status = wrong(why,
		               "%s is not a folder of results: it has neither results.sqlite nor summary.csv",
		               path);
	if (status)
		return -1;
	sql_value(results->db, "SELECT count(*) FROM summary", NULL, text, sizeof text);
	if (strcmp(text, "0") != 0)
		return 0;
	return wrong(why,
	             "%s holds no summary: nothing was measured, or the run was killed before it was summed "
	             "up; then"
	             " `./run-bench.sh --recover %s` does it",
	             path, path);
}

void results_close(struct results *results)
{
	sqlite3_close(results->db);
	results->db = NULL;
}

int results_check_run(const char *path, char why[RESULTS_WHY_MAX])
{
	char file[PATH_MAX];
	sqlite3 *db = NULL;
	int status;

	if (check_folder(path, why))
		return -1;
	path_format(file, sizeof file, "%s/results.sqlite", path);
	if (!path_exists(file))
		return wrong(why, "%s is not the folder of a run: it has no results.sqlite", path);
	if (folder_lock(path))
		return wrong(why, "%s: a run is writing to it", path);
	if (sqlite3_open_v2(file, &db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK)
		status = wrong(why, "%s: %s", file, sqlite3_errmsg(db));
	else
		status = check_database(db, file, why);
	sqlite3_close(db);
	return status;
}

void results_environment(const struct results *results, const char *key, char *value, size_t size)
{
	if (!sql_value(results->db, "SELECT value FROM environment WHERE key = ?1", key, value, size))
		snprintf(value, size, "unknown");
}

bool results_is_measured(const struct results *results)
{
	char kind[16];

	results_environment(results, "run.kind", kind, sizeof kind);
	return strcmp(kind, "measure") == 0;
}
