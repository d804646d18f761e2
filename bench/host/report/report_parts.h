/* SPDX-License-Identifier: MIT */
/*
 * The parts of report.html, one function each, for report.c. Each writes escaped HTML, even for an
 * empty database.
 */
#pragma once

#include "bench/host/report/subject.h"

#include <stdio.h>

#include <sqlite3.h>

struct report {
	FILE *out;
	sqlite3 *db;
	const char *run_dir;
	const char *plots_dir;
};

#define REPORT_SENTENCE_MAX 640

/*
 * Writes three sentences: what the run was, its verdicts on the claims, and which strategy needs
 * least. They are plain text without a newline.
 */
void report_sentences(sqlite3 *db, char sentence[3][REPORT_SENTENCE_MAX]);

void report_title(const struct report *report);
void report_state(const struct report *report); /* what went wrong, if anything */
void report_summary(const struct report *report);
void report_claims(const struct report *report);
void report_overview(const struct report *report); /* all strategies on all subjects */
void report_figures(const struct report *report);  /* all other figures */
void report_legend(const struct report *report);   /* of the marks of numbers */
void report_tables(const struct report *report);
void report_launches(const struct report *report);
void report_environment(const struct report *report);
void report_caveats(const struct report *report);
void report_reproduce(const struct report *report);

/*
 * Writes one figure with its caption. Returns 0, or -1 if the run has no such figure; nothing is
 * written then.
 */
int report_figure(const struct report *report, const char *figure);

/* Returns true if the run has this figure. */
int report_has_figure(const struct report *report, const char *figure);

/*
 * Prepares a query; `text` is bound to its parameter unless that is NULL. Returns NULL after a
 * message on stderr.
 */
sqlite3_stmt *report_query(sqlite3 *db, const char *sql, const char *text);

/* Returns the first column of the first row as a number, or 0 if there is no row. */
long long report_count(sqlite3 *db, const char *sql);

/* Copies a value of the environment to `value`, or "" if there is none. Returns `value`. */
const char *report_fact(sqlite3 *db, const char *key, char *value, size_t size);
