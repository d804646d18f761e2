/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/host/evaluate/claims.h"
#include "bench/host/base/complain.h"
#include "bench/host/base/sql.h"
#include "bench/host/evaluate/claim_file.h"
#include "bench/host/evaluate/claim_register.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CLAIM_RUNS_MAX 32 /* launches that one claim needs */

static const char *const verdicts[] = { "confirmed", "refuted", "inconclusive", "not measured" };

static int is_claim_file(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name);

	return entry->d_name[0] != '.' && length > 4 && !strcmp(entry->d_name + length - 4, ".sql");
}

/* The row that a claim's SELECT returns. */
struct decision {
	const char *verdict, *evidence;
	const char *also; /* a finding that goes beyond the quote, or "" */
};

/* Writes the name of a claim's file in words: "loading speed" for 05-loading-speed.sql. */
static void name_of(const struct claim *claim, char name[NAME_MAX + 1])
{
	const char *words = strchr(claim->file, '-');

	snprintf(name, NAME_MAX + 1, "%s", words ? words + 1 : claim->file);
	name[strcspn(name, ".")] = '\0';
	for (char *at = name; (at = strchr(at, '-'));)
		*at = ' ';
}

static int store(const struct claim *claim, sqlite3 *db, const struct decision *decision)
{
	char name[NAME_MAX + 1];
	const char *kind = claim->values[CLAIM_KIND][0] ? claim->values[CLAIM_KIND] : "experiment";
	const char *figure = strcmp(claim->values[CLAIM_FIGURE], "none") ? claim->values[CLAIM_FIGURE] : "";
	sqlite3_stmt *insert = NULL;
	bool stored = false;

	if (sqlite3_prepare_v2(db,
	                       "INSERT INTO claims (id, seed, quote, verdict, evidence, figure, kind, also,"
	                       " margin_set, name)"
	                       " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
	                       -1, &insert, NULL) == SQLITE_OK) {
		sqlite3_bind_int(insert, 1, claim->id);
		sql_bind(insert, 2, claim->values[CLAIM_SEED]);
		sql_bind(insert, 3, claim->values[CLAIM_QUOTE]);
		sql_bind(insert, 4, decision->verdict);
		sql_bind(insert, 5, decision->evidence);
		sql_bind(insert, 6, figure);
		sql_bind(insert, 7, kind);
		sql_bind(insert, 8, decision->also);
		sql_bind(insert, 9, claim->margin_set);
		name_of(claim, name);
		sql_bind(insert, 10, name);
		stored = sqlite3_step(insert) == SQLITE_DONE;
	}
	sqlite3_finalize(insert);
	return stored ? 0 : claim_malformed(claim, "the verdict cannot be stored", sqlite3_errmsg(db));
}

/*
 * Stores a claim that has no experiment: the file has no SELECT, and its `not-measured:` line says
 * why. Returns 0, or -1 after a message.
 */
static int store_unmeasured(const struct claim *claim, sqlite3 *db)
{
	char evidence[CLAIM_VALUE_MAX + 16];
	sqlite3_stmt *query = NULL;
	bool has_query = sqlite3_prepare_v2(db, claim->text, -1, &query, NULL) != SQLITE_OK || query;

	sqlite3_finalize(query);
	if (has_query)
		return claim_malformed(claim, "it has a query, and says that it is not measured", "");
	snprintf(evidence, sizeof evidence, "missing: %s", claim->values[CLAIM_NOT_MEASURED]);
	return store(claim, db, &(struct decision){ "not measured", evidence, "" });
}

/* Returns true if the columns are named `verdict`, `evidence` and, optionally, `also`. */
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
 * Prepares the SELECT of a claim. The claim's file must contain no other statement. Returns 0, or
 * -1 after a message.
 */
static int prepare(const struct claim *claim, sqlite3 *db, sqlite3_stmt **query)
{
	sqlite3_stmt *second = NULL;
	const char *rest;
	bool more;

	if (sqlite3_prepare_v2(db, claim->text, -1, query, &rest) != SQLITE_OK)
		return claim_malformed(claim, "SQL", sqlite3_errmsg(db));
	if (!*query)
		return claim_malformed(claim, "there is no SELECT", "");
	more = sqlite3_prepare_v2(db, rest, -1, &second, NULL) != SQLITE_OK || second;
	sqlite3_finalize(second);
	if (more)
		return claim_malformed(claim, "there is more than one statement", "");
	if (!sqlite3_stmt_readonly(*query))
		return claim_malformed(claim, "the statement is not a SELECT", "");
	if (!has_right_columns(*query))
		return claim_malformed(claim, "the columns are not verdict, evidence and, optionally, also",
		                       "");
	return 0;
}

static bool is_verdict(const char *text)
{
	for (size_t i = 0; i < sizeof verdicts / sizeof verdicts[0]; i++)
		if (!strcmp(text, verdicts[i]))
			return true;
	return false;
}

/* Returns a copy of a column's text, or of `null` if the column is NULL. The caller frees it. */
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
		also = copy_column(query, 2, ""); /* SQLite reads a missing column as NULL */
		step = sqlite3_step(query);
	}
	if (step != SQLITE_DONE && step != SQLITE_ROW)
		claim_malformed(claim, "SQL", sqlite3_errmsg(db));
	else if (step == SQLITE_ROW || !verdict || !evidence || !also)
		claim_malformed(claim, "the SELECT does not give exactly one row", "");
	else if (!is_verdict(verdict))
		claim_malformed(claim, "not a verdict", verdict);
	else if (!*evidence)
		claim_malformed(claim, "the evidence is empty", "");
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

	if (!claim_load(&claim, dir)) {
		claim_register_find(dir, claim.id, claim.margin_set);
		if (claim.values[CLAIM_NOT_MEASURED][0])
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
 * Parses an item "STRATEGY GLOB [ROUNDS] [cpus=N]". Returns false after a message if it is malformed;
 * only an item of a line `boots:` (`alone`) may have a number of CPUs.
 */
static bool parse_run(const struct claim *claim, bool alone, const char *item, struct claim_run *run)
{
	int used = 0, more = 0;
	bool cpus_are_right;
	int fields;

	*run = (struct claim_run){ .alone = alone, .rounds = 1 };
	fields = sscanf(item, "%63s %63s %n%u %n", run->strategy, run->bench, &used, &run->rounds, &used);
	sscanf(item + used, "cpus=%u %n", &run->cpus, &more);
	cpus_are_right = !more || (alone && run->cpus >= 2 && run->cpus <= CLAIM_CPUS_MAX);
	if (fields >= 2 && !item[used + more] && cpus_are_right && run->rounds >= 1 &&
	    run->rounds <= CLAIM_ROUNDS_MAX)
		return true;
	claim_malformed(claim,
	                alone ? "boots: not a strategy and a benchmark"
	                      : "needs: not a strategy and a benchmark",
	                item);
	return false;
}

/*
 * Appends the items of the header line `key` to the `count` launches of the claim. Commas separate
 * the items. Returns their new number, at most CLAIM_RUNS_MAX.
 */
static size_t list_runs(struct claim *claim, int key, struct claim_run own[CLAIM_RUNS_MAX], size_t count)
{
	char *rest = claim->values[key];
	char *item;

	while (*claim->values[key] && (item = strsep(&rest, ","))) {
		struct claim_run run;

		if (!parse_run(claim, key == CLAIM_BOOTS, item, &run))
			continue;
		if (count == CLAIM_RUNS_MAX)
			claim_malformed(claim, "it needs too many launches", item);
		else
			own[count++] = run;
	}
	return count;
}

/*
 * Adds a launch to `runs`. If `runs` already has it, keeps the larger number of rounds. `runs` has
 * room for `max` launches. `count` is the number of launches so far. Returns the new number, which
 * includes launches that did not fit.
 */
static size_t add_run(const struct claim_run *run, struct claim_run *runs, size_t count, size_t max)
{
	for (size_t i = 0; i < count && i < max; i++) {
		if (runs[i].alone == run->alone && runs[i].cpus == run->cpus &&
		    !strcmp(runs[i].strategy, run->strategy) && !strcmp(runs[i].bench, run->bench)) {
			runs[i].rounds = run->rounds > runs[i].rounds ? run->rounds : runs[i].rounds;
			return count;
		}
	}
	if (count < max)
		runs[count] = *run;
	return count + 1;
}

size_t claims_needed_runs(const char *dir, bool (*wanted)(const struct claim_run *run, const void *data),
                          const void *data, struct claim_run *runs, size_t max)
{
	struct dirent **files;
	int files_count = list_files(dir, &files);
	size_t count = 0;

	if (files_count < 0)
		return 0;
	for (int i = 0; i < files_count; i++) {
		struct claim claim = { .file = files[i]->d_name };
		struct claim_run own[CLAIM_RUNS_MAX];
		size_t own_count = 0;
		bool all = !wanted;

		if (!claim_load(&claim, dir)) {
			own_count = list_runs(&claim, CLAIM_NEEDS, own, 0);
			own_count = list_runs(&claim, CLAIM_BOOTS, own, own_count);
		}
		for (size_t j = 0; j < own_count && !all; j++)
			all = wanted(&own[j], data);
		for (size_t j = 0; j < own_count && all; j++)
			count = add_run(&own[j], runs, count, max);
		free(claim.text);
		free(files[i]);
	}
	free(files);
	return count;
}
