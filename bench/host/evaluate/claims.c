/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/host/evaluate/claims.h"
#include "bench/host/base/complain.h"
#include "bench/host/base/sql.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VALUE_MAX 1024
#define FILE_MAX  (256 * 1024)
#define NOTES     "notes.txt"

enum {
	ID,
	SEED,
	QUOTE,
	ASKS,
	METRIC,
	MARGIN,
	FIGURE,
	REQUIRED_KEYS,
	NEEDS = REQUIRED_KEYS,
	BOOTS,
	KIND,
	NOT_MEASURED,
	KEYS
};

static const char *const key_names[KEYS] = {
	"id", "seed", "quote", "asks", "metric", "margin", "figure", "needs", "boots", "kind", "not-measured",
};

#define ARITHMETIC "arithmetic"

static const char *const verdicts[] = { "confirmed", "refuted", "inconclusive", "not measured" };

struct claim {
	const char *file; /* name without its folder, for messages */
	char *text;       /* the whole file; the caller of load_claim() frees it */
	char values[KEYS][VALUE_MAX];
	int id;
};

static int malformed(const struct claim *claim, const char *what, const char *detail)
{
	fprintf(stderr, "claim %s: %s%s%s\n", claim->file, what, *detail ? ": " : "", detail);
	return -1;
}

static int is_claim_file(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name);

	return entry->d_name[0] != '.' && length > 4 && !strcmp(entry->d_name + length - 4, ".sql");
}

/* Reads the whole file into claim->text. Returns 0, or -1 after a message. */
static int read_text(struct claim *claim, const char *dir)
{
	char path[PATH_MAX];
	FILE *in;
	size_t length;

	if (snprintf(path, sizeof path, "%s/%s", dir, claim->file) >= (int)sizeof path)
		return malformed(claim, "its path is too long", dir);
	in = fopen(path, "re");
	if (!in)
		return malformed(claim, "cannot be read", strerror(errno));
	claim->text = malloc(FILE_MAX);
	if (!claim->text) {
		fclose(in);
		return malformed(claim, "cannot be read", "out of memory");
	}
	length = fread(claim->text, 1, FILE_MAX, in);
	if (ferror(in) || length == FILE_MAX || memchr(claim->text, '\0', length)) {
		fclose(in);
		return malformed(claim, "cannot be read", "not a text file of less than 256 KiB");
	}
	fclose(in);
	claim->text[length] = '\0';
	return 0;
}

/*
 * If the line is "-- key: value" with a known key, returns the key and points `value` to the text
 * after the colon. Otherwise returns KEYS.
 */
static int header_key(const char *line, const char **value)
{
	line += strlen("-- ");
	for (int key = 0; key < KEYS; key++) {
		size_t length = strlen(key_names[key]);

		if (!strncmp(line, key_names[key], length) && line[length] == ':') {
			*value = line + length + 1;
			return key;
		}
	}
	return KEYS;
}

/*
 * Appends `length` bytes of `text`, without white space at either end, to a value. `separator` goes
 * between old and new text. Returns false if the value would exceed VALUE_MAX bytes.
 */
static bool add_value(char *value, const char *text, size_t length, char separator)
{
	size_t used = strlen(value);

	while (length > 0 && isspace((unsigned char)*text))
		text++, length--;
	while (length > 0 && isspace((unsigned char)text[length - 1]))
		length--;
	if (used + 1 + length >= VALUE_MAX)
		return false;
	if (used > 0 && length > 0)
		value[used++] = separator;
	memcpy(value + used, text, length);
	value[used + length] = '\0';
	return true;
}

/*
 * Parses the header: the comment lines at the start of the file. Returns 0, or -1 after a message.
 */
static int parse_header(struct claim *claim)
{
	int key = KEYS;

	for (const char *line = claim->text; !strncmp(line, "--", 2); line += *line == '\n') {
		const char *end = strchrnul(line, '\n');
		const char *value = NULL;
		int found = strncmp(line, "-- ", 3) ? KEYS : header_key(line, &value);

		if (found != KEYS) {
			key = found;
			if (key < REQUIRED_KEYS && claim->values[key][0])
				return malformed(claim, "is given twice", key_names[key]);
			if (!add_value(claim->values[key], value, (size_t)(end - value), ','))
				return malformed(claim, "is too long", key_names[key]);
		} else if (key != KEYS && !strncmp(line, "--   ", 5)) {
			if (!add_value(claim->values[key], line + 2, (size_t)(end - line) - 2, ' '))
				return malformed(claim, "is too long", key_names[key]);
		} else {
			key = KEYS;
		}
		line = end;
	}
	for (key = 0; key < REQUIRED_KEYS; key++) {
		if (!claim->values[key][0])
			return malformed(claim, "the header lacks a line", key_names[key]);
	}
	return 0;
}

/*
 * Parses the id, which must equal the two digits that the file's name begins with. Returns 0, or -1
 * after a message.
 */
static int parse_id(struct claim *claim)
{
	const char *name = claim->file;
	char *end;
	long id = strtol(claim->values[ID], &end, 10);

	if (*end || id < 1 || id > 99)
		return malformed(claim, "the id is not a number from 1 to 99", claim->values[ID]);
	if (!isdigit((unsigned char)name[0]) || !isdigit((unsigned char)name[1]) || name[2] != '-')
		return malformed(claim, "is not named NN-name.sql", "");
	claim->id = (name[0] - '0') * 10 + name[1] - '0';
	if (claim->id != id)
		return malformed(claim, "the id differs from the number in the file's name",
		                 claim->values[ID]);
	return 0;
}

/* Checks that the kind is ARITHMETIC, or absent, which means an experiment. */
static int check_kind(const struct claim *claim)
{
	const char *kind = claim->values[KIND];

	return !*kind || !strcmp(kind, ARITHMETIC) ? 0 : malformed(claim, "not a kind", kind);
}

/*
 * Checks that the file NOTES in the folder lists the note of the claim's `seed:` line. Returns 0,
 * or -1 after a message.
 */
static int check_seed(const struct claim *claim, const char *dir)
{
	char path[PATH_MAX], line[VALUE_MAX];
	bool known = false;
	FILE *in;

	if (snprintf(path, sizeof path, "%s/" NOTES, dir) >= (int)sizeof path)
		return malformed(claim, "its path is too long", dir);
	in = fopen(path, "re");
	if (!in)
		return malformed(claim, "the folder's list of notes, " NOTES ", cannot be read",
		                 strerror(errno));
	while (!known && fgets(line, sizeof line, in)) {
		line[strcspn(line, "\n")] = '\0';
		known = *line && *line != '#' && !strcmp(line, claim->values[SEED]);
	}
	fclose(in);
	return known ? 0 : malformed(claim, "no note of this name is in " NOTES, claim->values[SEED]);
}

/*
 * Loads and checks a claim. Returns 0, or -1 after a message. The caller frees claim->text in
 * either case.
 */
static int load_claim(struct claim *claim, const char *dir)
{
	return read_text(claim, dir) || parse_header(claim) || parse_id(claim) || check_kind(claim) ||
	                       check_seed(claim, dir)
	               ? -1
	               : 0;
}

/* The columns of a claim's SELECT. */
struct decision {
	const char *verdict, *evidence;
	const char *also; /* what follows beyond the quote, or "" */
};

static int store(const struct claim *claim, sqlite3 *db, const struct decision *decision)
{
	const char *kind = claim->values[KIND][0] ? claim->values[KIND] : "experiment";
	const char *figure = strcmp(claim->values[FIGURE], "none") ? claim->values[FIGURE] : "";
	sqlite3_stmt *insert = NULL;
	bool stored = false;

	if (sqlite3_prepare_v2(db,
	                       "INSERT INTO claims (id, seed, quote, verdict, evidence, figure, kind, also)"
	                       " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
	                       -1, &insert, NULL) == SQLITE_OK) {
		sqlite3_bind_int(insert, 1, claim->id);
		sql_bind(insert, 2, claim->values[SEED]);
		sql_bind(insert, 3, claim->values[QUOTE]);
		sql_bind(insert, 4, decision->verdict);
		sql_bind(insert, 5, decision->evidence);
		sql_bind(insert, 6, figure);
		sql_bind(insert, 7, kind);
		sql_bind(insert, 8, decision->also);
		stored = sqlite3_step(insert) == SQLITE_DONE;
	}
	sqlite3_finalize(insert);
	return stored ? 0 : malformed(claim, "the verdict cannot be stored", sqlite3_errmsg(db));
}

/*
 * Stores a claim that has no experiment: the file has no SELECT, and its `not-measured:` line says
 * why. Returns 0, or -1 after a message.
 */
static int store_unmeasured(const struct claim *claim, sqlite3 *db)
{
	char evidence[VALUE_MAX + 16];
	sqlite3_stmt *query = NULL;
	bool has_query = sqlite3_prepare_v2(db, claim->text, -1, &query, NULL) != SQLITE_OK || query;

	sqlite3_finalize(query);
	if (has_query)
		return malformed(claim, "it has a query, and says that it is not measured", "");
	snprintf(evidence, sizeof evidence, "missing: %s", claim->values[NOT_MEASURED]);
	return store(claim, db, &(struct decision){ "not measured", evidence, "" });
}

/* Returns true if the columns are verdict, evidence and, optionally, also. */
static bool has_right_columns(sqlite3_stmt *query)
{
	static const char *const names[] = { "verdict", "evidence", "also" };
	int count = sqlite3_column_count(query);

	for (int i = 0; i < count && i < 3; i++)
		if (strcmp(sqlite3_column_name(query, i), names[i]))
			return false;
	return count == 2 || count == 3;
}

/*
 * Prepares the SELECT of a claim, which must be its only statement. Returns 0, or -1 after a
 * message.
 */
static int prepare(const struct claim *claim, sqlite3 *db, sqlite3_stmt **query)
{
	sqlite3_stmt *second = NULL;
	const char *rest;
	bool more;

	if (sqlite3_prepare_v2(db, claim->text, -1, query, &rest) != SQLITE_OK)
		return malformed(claim, "SQL", sqlite3_errmsg(db));
	if (!*query)
		return malformed(claim, "there is no SELECT", "");
	more = sqlite3_prepare_v2(db, rest, -1, &second, NULL) != SQLITE_OK || second;
	sqlite3_finalize(second);
	if (more)
		return malformed(claim, "there is more than one statement", "");
	if (!sqlite3_stmt_readonly(*query))
		return malformed(claim, "the statement is not a SELECT", "");
	if (!has_right_columns(*query))
		return malformed(claim, "the columns are not verdict, evidence and, optionally, also", "");
	return 0;
}

static bool is_verdict(const char *text)
{
	for (size_t i = 0; i < sizeof verdicts / sizeof verdicts[0]; i++)
		if (!strcmp(text, verdicts[i]))
			return true;
	return false;
}

/* Returns a copy of a column of the row, which the caller frees, or of `null` if it is NULL. */
static char *copy_column(sqlite3_stmt *query, int column, const char *null)
{
	const char *text = (const char *)sqlite3_column_text(query, column);

	return strdup(text ? text : null);
}

/*
 * Executes a claim's query and stores the columns of its only row. Returns 0, or -1 after a message.
 */
static int run_query(const struct claim *claim, sqlite3 *db, sqlite3_stmt *query)
{
	int step = sqlite3_step(query);
	char *verdict = NULL, *evidence = NULL, *also = NULL;
	int status = -1;

	if (step == SQLITE_ROW) {
		verdict = copy_column(query, 0, "NULL");
		evidence = copy_column(query, 1, "");
		also = copy_column(query, 2, ""); /* NULL too if there is no third column */
		step = sqlite3_step(query);
	}
	if (step != SQLITE_DONE && step != SQLITE_ROW)
		malformed(claim, "SQL", sqlite3_errmsg(db));
	else if (step == SQLITE_ROW || !verdict || !evidence || !also)
		malformed(claim, "the SELECT does not give exactly one row", "");
	else if (!is_verdict(verdict))
		malformed(claim, "not a verdict", verdict);
	else if (!*evidence)
		malformed(claim, "the evidence is empty", "");
	else
		status = store(claim, db, &(struct decision){ verdict, evidence, also });
	free(verdict);
	free(evidence);
	free(also);
	return status;
}

static int decide(sqlite3 *db, const char *dir, const char *file)
{
	struct claim claim = { .file = file };
	sqlite3_stmt *query = NULL;
	int status = -1;

	if (!load_claim(&claim, dir)) {
		if (claim.values[NOT_MEASURED][0])
			status = store_unmeasured(&claim, db);
		else if (!prepare(&claim, db, &query))
			status = run_query(&claim, db, query);
	}
	sqlite3_finalize(query);
	free(claim.text);
	return status;
}

static int list_files(const char *dir, struct dirent ***files)
{
	int count = scandir(dir, files, is_claim_file, alphasort);

	if (count < 0)
		complain("claims", "%s: %s", dir, strerror(errno));
	return count;
}

int claims_decide(sqlite3 *db, const char *claims_dir)
{
	struct dirent **files;
	int count = list_files(claims_dir, &files);
	int status;

	if (count < 0)
		return -1;
	status = sql_execute(db, "claims", NULL, "SAVEPOINT claims; DELETE FROM claims");
	for (int i = 0; i < count; i++) {
		if (decide(db, claims_dir, files[i]->d_name))
			status = -1;
		free(files[i]);
	}
	free(files);
	return sql_execute(db, "claims", NULL, "RELEASE claims") ? -1 : status;
}

/*
 * Adds an item "STRATEGY GLOB" to `runs` unless it is already there or the array is full. Returns
 * the new number of launches, including those that did not fit. Skips a malformed item after a
 * message.
 */
static size_t add_run(const struct claim *claim, bool alone, const char *item, struct claim_run *runs,
                      size_t count, size_t max)
{
	struct claim_run run = { .alone = alone };
	int used = 0;

	if (sscanf(item, "%63s %63s %n", run.strategy, run.bench, &used) != 2 || item[used]) {
		malformed(claim,
		          alone ? "boots: not a strategy and a benchmark"
		                : "needs: not a strategy and a benchmark",
		          item);
		return count;
	}
	for (size_t i = 0; i < count && i < max; i++) {
		if (runs[i].alone == alone && !strcmp(runs[i].strategy, run.strategy) &&
		    !strcmp(runs[i].bench, run.bench))
			return count;
	}
	if (count < max)
		runs[count] = run;
	return count + 1;
}

/*
 * Adds the items of the header line `key`, separated by commas. Returns the new number of launches.
 */
static size_t add_runs(struct claim *claim, int key, struct claim_run *runs, size_t count, size_t max)
{
	char *rest = claim->values[key];
	char *item;

	while (*claim->values[key] && (item = strsep(&rest, ",")))
		count = add_run(claim, key == BOOTS, item, runs, count, max);
	return count;
}

size_t claims_needed_runs(const char *dir, struct claim_run *runs, size_t max)
{
	struct dirent **files;
	int files_count = list_files(dir, &files);
	size_t count = 0;

	if (files_count < 0)
		return 0;
	for (int i = 0; i < files_count; i++) {
		struct claim claim = { .file = files[i]->d_name };

		if (!load_claim(&claim, dir)) {
			count = add_runs(&claim, NEEDS, runs, count, max);
			count = add_runs(&claim, BOOTS, runs, count, max);
		}
		free(claim.text);
		free(files[i]);
	}
	free(files);
	return count;
}
