/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/host/report/report.h"
#include "bench/host/base/complain.h"
#include "bench/host/base/sql.h"
#include "bench/host/report/report_parts.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

/* report.html and report.css, through report_page.S */
extern const char report_template[], report_stylesheet[];

static const struct report_part parts[] = {
	{ "style", report_style },
	{ "title", report_title },
	{ "state", report_state },
	{ "answers", report_answers },
	{ "verdicts", report_verdicts },
	{ "claims", report_claims },
	{ "overview", report_overview },
	{ "figures", report_figures },
	{ "legend", report_legend },
	{ "tables", report_tables },
	{ "run", report_run },
	{ "launches", report_launches },
	{ "environment", report_environment },
	{ "caveats", report_caveats },
	{ "reproduce", report_reproduce },
};

void report_style(const struct report *report)
{
	fputs(report_stylesheet, report->out);
}

sqlite3_stmt *report_query(sqlite3 *db, const char *sql, const char *text)
{
	sqlite3_stmt *query = sql_prepare(db, "report", NULL, sql);

	if (query && text)
		sqlite3_bind_text(query, 1, text, -1, SQLITE_TRANSIENT);
	return query;
}

long long report_count(sqlite3 *db, const char *sql)
{
	return sql_number(db, "report", sql);
}

const char *report_fact(sqlite3 *db, const char *key, char *value, size_t size)
{
	sql_value(db, "SELECT value FROM environment WHERE key = ?1", key, value, size);
	return value;
}

/*
 * Writes the part whose name is the first `length` bytes of `name`. Returns 0, or -1 after a
 * message if there is no such part.
 */
static int write_part(const struct report *report, const struct report_template *template, const char *name,
                      size_t length)
{
	for (size_t i = 0; i < template->parts; i++) {
		if (strlen(template->part[i].name) == length &&
		    !strncmp(template->part[i].name, name, length)) {
			template->part[i].write(report);
			return 0;
		}
	}
	return complain("report", "the template asks for an unknown part: %.*s", (int)length, name);
}

/* Writes the page with all its parts. Returns 0, or -1 if the template names an unknown part. */
static int fill_in(const struct report *report, const struct report_template *template)
{
	const char *at = template->text;
	const char *open;
	int status = 0;

	while ((open = strstr(at, "{{"))) {
		const char *close = strstr(open, "}}");

		if (!close)
			break;
		fwrite(at, 1, (size_t)(open - at), report->out);
		status |= write_part(report, template, open + 2, (size_t)(close - open - 2));
		at = close + 2;
	}
	fputs(at, report->out);
	return status;
}

int report_write(sqlite3 *db, const char *run_dir, const char *plots_dir)
{
	static const struct report_template template = { .text = report_template,
		                                         .part = parts,
		                                         .parts = sizeof parts / sizeof parts[0] };
	struct report report = { .db = db, .run_dir = run_dir, .plots_dir = plots_dir };

	return report_page(&report, &template);
}

int report_page(struct report *report, const struct report_template *template)
{
	char temporary[PATH_MAX + 8];
	char path[PATH_MAX];
	int status;

	if (snprintf(path, sizeof path, "%s/report.html", report->run_dir) >= (int)sizeof path)
		return complain("report", "the folder's name is too long: %s", report->run_dir);
	snprintf(temporary, sizeof temporary, "%s.new", path);
	report->out = fopen(temporary, "we");
	if (!report->out)
		return complain("report", "%s: %s", temporary, strerror(errno));
	status = fill_in(report, template);
	if (fflush(report->out) || ferror(report->out) || fsync(fileno(report->out)))
		status = complain("report", "%s: %s", temporary, strerror(errno));
	if (fclose(report->out) || (status == 0 && rename(temporary, path)))
		status = complain("report", "%s: %s", path, strerror(errno));
	if (status)
		unlink(temporary);
	return status;
}
