/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/host/report/report.h"
#include "bench/host/report/report_parts.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

extern const char report_template[]; /* report.html, through report_page.S */

/* What stands as {{NAME}} in the page. */
static const struct part {
	const char *name;
	void (*write)(const struct report *report);
} parts[] = {
	{ "title", report_title },       { "state", report_state },
	{ "summary", report_summary },   { "claims", report_claims },
	{ "overview", report_overview }, { "figures", report_figures },
	{ "legend", report_legend },     { "tables", report_tables },
	{ "launches", report_launches }, { "environment", report_environment },
	{ "caveats", report_caveats },   { "reproduce", report_reproduce },
};

sqlite3_stmt *report_query(sqlite3 *db, const char *sql, const char *text)
{
	sqlite3_stmt *query;

	if (sqlite3_prepare_v2(db, sql, -1, &query, NULL) != SQLITE_OK) {
		fprintf(stderr, "report: %s\n", sqlite3_errmsg(db));
		return NULL;
	}
	if (text)
		sqlite3_bind_text(query, 1, text, -1, SQLITE_TRANSIENT);
	return query;
}

long long report_count(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *query = report_query(db, sql, NULL);
	long long count = query && sqlite3_step(query) == SQLITE_ROW ? sqlite3_column_int64(query, 0) : 0;

	sqlite3_finalize(query);
	return count;
}

const char *report_column(sqlite3_stmt *row, int column)
{
	const char *text = (const char *)sqlite3_column_text(row, column);

	return text ? text : "";
}

const char *report_fact(sqlite3 *db, const char *key, char *value, size_t size)
{
	sqlite3_stmt *query = report_query(db, "SELECT value FROM environment WHERE key = ?1", key);

	snprintf(value, size, "%s",
	         query && sqlite3_step(query) == SQLITE_ROW ? report_column(query, 0) : "");
	sqlite3_finalize(query);
	return value;
}

/* Writes the part with this name; false when there is none. */
static int write_part(const struct report *report, const char *name, size_t length)
{
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
		if (strlen(parts[i].name) == length && !strncmp(parts[i].name, name, length)) {
			parts[i].write(report);
			return 0;
		}
	}
	fprintf(stderr, "report: report.html asks for an unknown part: %.*s\n", (int)length, name);
	return -1;
}

/* The page, each {{NAME}} replaced. */
static int fill_in(const struct report *report)
{
	const char *at = report_template;
	const char *open;
	int status = 0;

	while ((open = strstr(at, "{{"))) {
		const char *close = strstr(open, "}}");

		if (!close)
			break;
		fwrite(at, 1, (size_t)(open - at), report->out);
		status |= write_part(report, open + 2, (size_t)(close - open - 2));
		at = close + 2;
	}
	fputs(at, report->out);
	return status;
}

int report_write(sqlite3 *db, const char *run_dir, const char *plots_dir)
{
	struct report report = { .db = db, .run_dir = run_dir, .plots_dir = plots_dir };
	char temporary[PATH_MAX + 8];
	char path[PATH_MAX];
	int status;

	if (snprintf(path, sizeof path, "%s/report.html", run_dir) >= (int)sizeof path) {
		fprintf(stderr, "report: the folder's name is too long: %s\n", run_dir);
		return -1;
	}
	snprintf(temporary, sizeof temporary, "%s.new", path);
	report.out = fopen(temporary, "we");
	if (!report.out) {
		fprintf(stderr, "report: %s: %s\n", temporary, strerror(errno));
		return -1;
	}
	status = fill_in(&report);
	if (fflush(report.out) || ferror(report.out) || fsync(fileno(report.out))) {
		fprintf(stderr, "report: %s: %s\n", temporary, strerror(errno));
		status = -1;
	}
	if (fclose(report.out) || (status == 0 && rename(temporary, path))) {
		fprintf(stderr, "report: %s: %s\n", path, strerror(errno));
		status = -1;
	}
	if (status)
		unlink(temporary);
	return status;
}
