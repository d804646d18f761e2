/* SPDX-License-Identifier: MIT */
/*
 * The parts of report.html. report.c calls one function for each. A part writes escaped HTML, and
 * works on an empty database too. Some parts are also in the page of `measure` (measured.html).
 */
#pragma once

#include "bench/host/answers/subject.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>

#include <sqlite3.h>

struct report {
	FILE *out;
	sqlite3 *db;
	const char *run_dir;
	const char *plots_dir; /* the gnuplot scripts, which hold the captions */
};

/* A page. Each {{name}} in its text is replaced by the output of the part's write(). */
struct report_template {
	const char *text;
	const struct report_part {
		const char *name;
		void (*write)(const struct report *report);
	} * part;
	size_t parts;
};

/* Writes <run_dir>/report.html. Sets report->out. Returns 0, or -1 after a message. */
int report_page(struct report *report, const struct report_template *template);

#define REPORT_SENTENCE_MAX 640 /* bytes, with the NUL */

/* Each function writes a sentence without a newline, and returns it: the first says what was run,
 * the second how many claims got each verdict. */
char *report_say_what_ran(sqlite3 *db, char sentence[REPORT_SENTENCE_MAX]);
char *report_say_verdicts(sqlite3 *db, char sentence[REPORT_SENTENCE_MAX]);

/* Writes the words of a note, in which **…** is emphasis. */
void report_quote(FILE *out, const char *quote);

void report_style(const struct report *report);    /* the style sheet */
void report_title(const struct report *report);    /* the name of the run */
void report_state(const struct report *report);    /* a warning if the run failed or was cut short */
void report_answers(const struct report *report);  /* what the run answers, with its figures */
void report_verdicts(const struct report *report); /* how many claims got each verdict */
void report_claims(const struct report *report);
/* The figures of the script overview.gp, which show all strategies on all subjects. */
void report_overview(const struct report *report);
void report_figures(const struct report *report); /* the figures that are in no other part */
void report_legend(const struct report *report);  /* the meaning of the marks after numbers */
void report_tables(const struct report *report);
void report_run(const struct report *report); /* counts of boots and samples */
void report_launches(const struct report *report);
void report_environment(const struct report *report);
void report_caveats(const struct report *report);
void report_reproduce(const struct report *report);

/*
 * Writes the figures of a script with their caption. The first figure is the one whose view comes
 * closest to time: KVM, else modelled cycles, else counts. The other figures are folded. Returns
 * false, without writing, if the run has no figure of the script.
 */
bool report_figures_of(const struct report *report, const char *script);

/* Writes the name of the figure that report_figures_of() shows first. Returns false if the run has
 * none. */
bool report_lead_figure(const struct report *report, const char *script, char figure[NAME_MAX]);

/*
 * Prepares a query and, unless `text` is NULL, binds `text` to ?1. The caller finalizes it. Returns
 * NULL after a message on stderr.
 */
sqlite3_stmt *report_query(sqlite3 *db, const char *sql, const char *text);

/* Executes a query. Returns the first column of its first row as a number, or 0 if there is no
 * row. */
long long report_count(sqlite3 *db, const char *sql);

/* Copies the value of `key` in the table `environment` to `value`, or "" if there is no such key.
 * Returns `value`. */
const char *report_fact(sqlite3 *db, const char *key, char *value, size_t size);
