/* SPDX-License-Identifier: MIT */
/*
 * The parts of report.html. report.c calls one function for each. A part writes escaped HTML, and
 * works on an empty database too.
 */
#pragma once

#include "bench/host/answers/subject.h"

#include <stdio.h>

#include <sqlite3.h>

struct report {
	FILE *out;
	sqlite3 *db;
	const char *run_dir;
	const char *plots_dir; /* the gnuplot scripts, which hold the captions */
};

#define REPORT_SENTENCE_MAX 640 /* bytes, with the NUL */

/*
 * Writes three sentences as plain text without a newline: what was run, how many claims got each
 * verdict, and for one subject which strategy needs the least and which needs the most.
 */
void report_sentences(sqlite3 *db, char sentence[3][REPORT_SENTENCE_MAX]);

void report_title(const struct report *report); /* the name of the run */
void report_state(const struct report *report); /* a warning if the run failed or was cut short */
void report_summary(const struct report *report);
void report_claims(const struct report *report);
/* The figures of the script overview.gp, which show all strategies on all subjects. */
void report_overview(const struct report *report);
void report_figures(const struct report *report); /* the other figures */
void report_legend(const struct report *report);  /* the meaning of the marks after numbers */
void report_tables(const struct report *report);
void report_launches(const struct report *report);
void report_environment(const struct report *report);
void report_caveats(const struct report *report);
void report_reproduce(const struct report *report);

/*
 * Writes one figure with its caption. Returns 0, or -1 without writing if the run has no such
 * figure.
 */
int report_figure(const struct report *report, const char *figure);

/* Returns true if the run has this figure. */
int report_has_figure(const struct report *report, const char *figure);

/*
 * Prepares a query and, unless `text` is NULL, binds `text` to ?1. The caller finalizes it. Returns
 * NULL after a message on stderr.
 */
sqlite3_stmt *report_query(sqlite3 *db, const char *sql, const char *text);

/* Executes a query. Returns the first column of its first row as a number, or 0 if there is no
 * row. */
long long report_count(sqlite3 *db, const char *sql);

/* Copies the value of `key` in the table environment to `value`, or "" if there is no such key.
 * Returns `value`. */
const char *report_fact(sqlite3 *db, const char *key, char *value, size_t size);
