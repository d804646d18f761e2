/* SPDX-License-Identifier: MIT */
#include "bench/host/base/sql.h"
#include "bench/host/evaluate/compilers.h"
#include "bench/host/report/html.h"
#include "bench/host/report/report_parts.h"

#include <stdbool.h>
#include <string.h>

static const struct {
	const char *verdict, *class, *mark;
} badges[] = {
	{ "confirmed", "yes", "✓" },
	{ "refuted", "no", "✗" },
	{ "inconclusive", "open", "?" },
	{ "not measured", "none", "–" },
};

static void write_badge(const struct report *report, const char *verdict)
{
	size_t i = 0;

	while (i + 1 < sizeof badges / sizeof badges[0] && strcmp(verdict, badges[i].verdict) != 0)
		i++;
	fprintf(report->out, "<span class=\"badge %s\">%s ", badges[i].class, badges[i].mark);
	html_text(report->out, verdict);
	fputs("</span>", report->out);
}

void report_quote(FILE *out, const char *quote)
{
	const char *open, *close;

	fputs("<q>", out);
	while ((open = strstr(quote, "**")) && (close = strstr(open + 2, "**"))) {
		html_format(out, "%.*s", (int)(open - quote), quote);
		fputs("<em>", out);
		html_format(out, "%.*s", (int)(close - open - 2), open + 2);
		fputs("</em>", out);
		quote = close + 2;
	}
	html_text(out, quote);
	fputs("</q>", out);
}

static void write_figure_link(const struct report *report, const char *figure)
{
	char name[NAME_MAX];

	if (!*figure || !strcmp(figure, "none") || !report_lead_figure(report, figure, name))
		return;
	fputs(" <a href=\"#fig-", report->out);
	html_text(report->out, name);
	fputs("\">figure</a>", report->out);
}

/*
 * Writes the table row of one claim. The columns of `row` are `id`, `quote`, `verdict`, `evidence`,
 * `figure`, `also` and `margin_set`.
 */
static void write_claim(const struct report *report, sqlite3_stmt *row)
{
	int id = sqlite3_column_int(row, 0);
	const char *also = sql_text(row, 5);
	const char *margin_set = sql_text(row, 6);

	fprintf(report->out, "<tr id=\"claim-%d\"><th scope=\"row\">%d</th><td>", id, id);
	write_badge(report, sql_text(row, 2));
	fputs("</td><td>", report->out);
	report_quote(report->out, sql_text(row, 1));
	fputs("</td><td>", report->out);
	html_text(report->out, sql_text(row, 3));
	write_figure_link(report, sql_text(row, 4));
	if (*also) {
		fputs("<p class=\"also\"><b>Also</b> ", report->out);
		html_text(report->out, also);
		fputs("</p>", report->out);
	}
	if (*margin_set) {
		fputs("<p class=\"also\">Margin set ", report->out);
		html_text(report->out, margin_set);
		fputs("</p>", report->out);
	}
	fputs("</td></tr>\n", report->out);
}

/* Writes a heading and the table of the claims of one kind; nothing if there are no such claims. */
static void write_kind(const struct report *report, const char *kind, const char *heading)
{
	sqlite3_stmt *row = report_query(report->db,
	                                 "SELECT id, quote, verdict, evidence, figure, also,"
	                                 " margin_set FROM claims"
	                                 " WHERE kind = ?1 ORDER BY id",
	                                 kind);
	bool any = false;

	while (row && sqlite3_step(row) == SQLITE_ROW) {
		if (!any)
			fprintf(report->out,
			        "%s<table "
			        "class=\"claims\"><thead><tr><th>#</th><th>verdict</th><th>claim</th>"
			        "<th>evidence</th></tr></thead><tbody>\n",
			        heading);
		any = true;
		write_claim(report, row);
	}
	sqlite3_finalize(row);
	if (any)
		fputs("</tbody></table>\n", report->out);
}

/* Writes the list item of a compiler. Unless the compiler is the first, the item links to the
 * compiler's own report. */
static void write_compiler(const struct report *report, sqlite3_stmt *row)
{
	const char *name = sql_text(row, 1);
	bool first = sqlite3_column_int(row, 0) == 1;

	fputs(first ? "<li>" : "<li><a href=\"compilers/", report->out);
	html_text(report->out, name);
	if (!first) {
		fputs("/report.html\">", report->out);
		html_text(report->out, name);
		fputs("</a>", report->out);
	}
	html_format(report->out, " (%s)", sql_text(row, 2));
	if (!first)
		fprintf(report->out,
		        ": of %d orderings of two strategies that are decided with both, %d are reversed",
		        sqlite3_column_int(row, 3), sqlite3_column_int(row, 4));
	fputs("</li>\n", report->out);
}

/* Writes which verdicts depend on the compiler. Writes nothing if the run has only one compiler. */
static void write_compilers(const struct report *report)
{
	sqlite3_stmt *row;
	bool any = false;

	if (report_count(report->db, "SELECT count(*) FROM compilers") < 2)
		return;
	fputs("<h3 id=\"compilers\">Compilers</h3>\n<p>The verdicts above are those with the first compiler."
	      " Each compiler has a report of its own, and no comparison mixes them.</p>\n<ul>\n",
	      report->out);
	row = report_query(report->db,
	                   "SELECT place, compiler, version, decided, reversed FROM compilers ORDER BY place",
	                   NULL);
	while (row && sqlite3_step(row) == SQLITE_ROW)
		write_compiler(report, row);
	sqlite3_finalize(row);
	fputs("</ul>\n", report->out);
	row = report_query(report->db, COMPILERS_HINGE, NULL);
	while (row && sqlite3_step(row) == SQLITE_ROW) {
		if (!any)
			fputs("<table class=\"claims\"><thead><tr><th>#</th><th>verdicts that depend on the"
			      " compiler</th></tr></thead><tbody>\n",
			      report->out);
		any = true;
		fprintf(report->out, "<tr><th scope=\"row\">%d</th><td>", sqlite3_column_int(row, 0));
		html_text(report->out, sql_text(row, 1));
		fputs("</td></tr>\n", report->out);
	}
	sqlite3_finalize(row);
	fputs(any ? "</tbody></table>\n" : "<p>No verdict depends on the compiler.</p>\n", report->out);
}

void report_claims(const struct report *report)
{
	if (report_count(report->db, "SELECT count(*) FROM claims") == 0) {
		fputs("<p>No claim was decided in this run.</p>\n", report->out);
		return;
	}
	report_figures_of(report, "claims");
	write_kind(report, "experiment", "");
	write_kind(report, "arithmetic",
	           "<h3>Arithmetic</h3>\n<p>These follow from constants, and no result of the kernel can "
	           "change them.</p>\n");
	write_compilers(report);
}
