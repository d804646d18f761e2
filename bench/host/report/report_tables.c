/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/host/answers/number.h"
#include "bench/host/base/sql.h"
#include "bench/host/engine/strategy.h"
#include "bench/host/report/html.h"
#include "bench/host/report/report_parts.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#define STRATEGIES_BESIDE 6 /* if there are more strategies, they are rows, not columns */

/* The tables of a view, and the strategies that they compare, presets first. */
struct tables {
	const struct report *report;
	const struct view *view;
	char strategies[STRATEGIES_MAX][64];
	size_t count;
};

static sqlite3_stmt *query_view(const struct report *report, const struct view *view, const char *sql)
{
	sqlite3_stmt *query = report_query(report->db, sql, view->engine);

	if (query)
		sqlite3_bind_text(query, 2, view->metric, -1, SQLITE_STATIC);
	return query;
}

static void list_strategies(struct tables *tables)
{
	sqlite3_stmt *query = query_view(
	        tables->report, tables->view,
	        "SELECT DISTINCT strategy FROM compared AS s WHERE engine = ?1 AND (metric = ?2 OR NOT EXISTS"
	        " (SELECT 1 FROM summary t WHERE t.engine = ?1 AND t.strategy = s.strategy AND t.metric = "
	        "?2))"
	        " ORDER BY " STRATEGY_ORDER("strategy"));

	while (query && tables->count < STRATEGIES_MAX && sqlite3_step(query) == SQLITE_ROW)
		snprintf(tables->strategies[tables->count++], sizeof tables->strategies[0], "%s",
		         sql_text(query, 0));
	sqlite3_finalize(query);
}

static void write_value(FILE *out, const struct number *number, bool least)
{
	struct number_text text;

	number_write(number, &text);
	fprintf(out, "<td%s>", least ? " class=\"least\"" : "");
	html_text(out, text.value);
	for (const char *mark = text.marks; *mark; mark++)
		fprintf(out, "<sup title=\"%s\">%c</sup>", number_mark_flag(*mark), *mark);
	if (*text.low)
		fprintf(out, "<small>%s … %s</small>", text.low, text.high);
	fputs("</td>", out);
}

/* Writes the table cell with a strategy's median in `metric`, or a dash if there is no median. */
static void write_cell(const struct tables *tables, const char *strategy, const char *benchmark,
                       long long parameter, const char *metric)
{
	const struct view *view = tables->view;
	static const char sql[] =
	        "WITH of AS (SELECT strategy, median, ci_low, ci_high, flags, min(median) OVER () AS least,"
	        " max(median) OVER () AS most FROM compared WHERE engine = ?1 AND metric = ?2"
	        " AND benchmark = ?3 AND parameter = ?4),"
	        " ends AS (SELECT max(median) FILTER (WHERE metric = ?6) AS low, max(median) FILTER (WHERE "
	        "metric = ?7)"
	        " AS high FROM summary WHERE engine = ?1 AND benchmark = ?3 AND parameter = ?4 AND strategy "
	        "= ?5)"
	        " SELECT median, coalesce(low, ci_low), coalesce(high, ci_high), flags, median = least AND "
	        "most > least"
	        " FROM of, ends WHERE strategy = ?5";
	sqlite3_stmt *row = report_query(tables->report->db, sql, view->engine);
	bool main = !strcmp(metric, view->metric);

	if (row) {
		sqlite3_bind_text(row, 2, metric, -1, SQLITE_STATIC);
		sqlite3_bind_text(row, 3, benchmark, -1, SQLITE_STATIC);
		sqlite3_bind_int64(row, 4, parameter);
		sqlite3_bind_text(row, 5, strategy, -1, SQLITE_STATIC);
		sqlite3_bind_text(row, 6, main ? view->low : "", -1, SQLITE_STATIC);
		sqlite3_bind_text(row, 7, main ? view->high : "", -1, SQLITE_STATIC);
	}
	if (row && sqlite3_step(row) == SQLITE_ROW)
		write_value(tables->report->out,
		            &(struct number){ .value = sqlite3_column_double(row, 0),
		                              .low = sqlite3_column_double(row, 1),
		                              .high = sqlite3_column_double(row, 2),
		                              .flags = sql_text(row, 3) },
		            sqlite3_column_int(row, 4));
	else
		fputs("<td class=\"gap\">–</td>", tables->report->out);
	sqlite3_finalize(row);
}

/* Writes a strategy's name, which a browser may break after each '+'. */
static void write_strategy(FILE *out, const char *strategy)
{
	for (size_t length; *strategy; strategy += length) {
		length = strcspn(strategy, "+");
		length += strategy[length] == '+';
		html_format(out, "%.*s", (int)length, strategy);
		if (strategy[length])
			fputs("<wbr>", out);
	}
}

/* A heading of the table of subjects: a subject in one metric. */
struct heading {
	const struct subject *subject;
	const char *metric;
	char unit[64];
};

/*
 * Sets *heading to heading `i`. Headings 2n and 2n + 1 belong to subject n. If the subject has a
 * size, heading 2n is in the view's metric for sizes; heading 2n + 1 is in the view's main metric,
 * and exists only if this is a different metric. A subject without a size has only heading 2n, in
 * the main metric. Returns false if there is no such heading, or if it was not measured.
 */
static bool find_heading(const struct tables *tables, size_t i, struct heading *heading)
{
	const struct view *view = tables->view;
	const struct subject *subject = &subjects[i / 2];
	sqlite3_stmt *query = report_query(tables->report->db,
	                                   "SELECT unit FROM compared WHERE engine = ?1 AND metric = ?2 AND"
	                                   " benchmark = ?3 AND parameter = ?4 LIMIT 1",
	                                   view->engine);
	bool plain = i % 2;
	const char *unit = plain ? view->unit : subject_unit(subject, view);
	bool found = false;

	*heading = (struct heading){ .subject = subject,
		                     .metric = plain ? view->metric : subject_metric(subject, view) };
	if (query && subject_is_of(subject, view) &&
	    (!plain || (subject_is_sized(subject) && strcmp(view->sized, view->metric) != 0))) {
		sqlite3_bind_text(query, 2, heading->metric, -1, SQLITE_STATIC);
		sqlite3_bind_text(query, 3, subject->benchmark, -1, SQLITE_STATIC);
		sqlite3_bind_int64(query, 4, subject->parameter);
		found = sqlite3_step(query) == SQLITE_ROW;
		if (found)
			snprintf(heading->unit, sizeof heading->unit, "%s", unit ? unit : sql_text(query, 0));
	}
	sqlite3_finalize(query);
	return found;
}

/* Writes the title and unit of a heading. `scope` is an HTML attribute, with a space before it, or "". */
static void write_heading(FILE *out, const struct heading *heading, const char *scope)
{
	fprintf(out, "<th%s>", scope);
	html_text(out, heading->subject->title);
	fputs("<small>", out);
	html_text(out, heading->unit);
	fputs("</small></th>", out);
}

static void write_heading_cell(const struct tables *tables, const struct heading *heading,
                               const char *strategy)
{
	write_cell(tables, strategy, heading->subject->benchmark, heading->subject->parameter,
	           heading->metric);
}

/* Writes a heading for each strategy. */
static void write_strategies(const struct tables *tables)
{
	for (size_t i = 0; i < tables->count; i++) {
		fputs("<th>", tables->report->out);
		write_strategy(tables->report->out, tables->strategies[i]);
		fputs("</th>", tables->report->out);
	}
	fputs("</tr></thead><tbody>\n", tables->report->out);
}

/* Writes the headings and rows of a table with a row per subject and a column per strategy. */
static void write_subjects_down(const struct tables *tables)
{
	FILE *out = tables->report->out;
	struct heading heading;

	fputs("<th>subject</th>", out);
	write_strategies(tables);
	for (size_t i = 0; i < 2 * subjects_count; i++) {
		if (!find_heading(tables, i, &heading))
			continue;
		fputs("<tr>", out);
		write_heading(out, &heading, " scope=\"row\"");
		for (size_t j = 0; j < tables->count; j++)
			write_heading_cell(tables, &heading, tables->strategies[j]);
		fputs("</tr>\n", out);
	}
}

/* Writes the headings and rows of a table with a row per strategy and a column per subject. */
static void write_subjects_across(const struct tables *tables)
{
	FILE *out = tables->report->out;
	struct heading heading;

	fputs("<th>strategy</th>", out);
	for (size_t i = 0; i < 2 * subjects_count; i++)
		if (find_heading(tables, i, &heading))
			write_heading(out, &heading, "");
	fputs("</tr></thead><tbody>\n", out);
	for (size_t j = 0; j < tables->count; j++) {
		fputs("<tr><th scope=\"row\">", out);
		write_strategy(out, tables->strategies[j]);
		fputs("</th>", out);
		for (size_t i = 0; i < 2 * subjects_count; i++)
			if (find_heading(tables, i, &heading))
				write_heading_cell(tables, &heading, tables->strategies[j]);
		fputs("</tr>\n", out);
	}
}

static void write_subjects(const struct tables *tables)
{
	fputs("<div class=\"wide\" tabindex=\"0\"><table class=\"numbers\"><thead><tr>", tables->report->out);
	if (tables->count <= STRATEGIES_BESIDE)
		write_subjects_down(tables);
	else
		write_subjects_across(tables);
	fputs("</tbody></table></div>\n", tables->report->out);
}

/*
 * Writes a parameter with its unit, such as "64 KiB", "16 pages" or "busybox". Writes nothing if
 * the parameter is 0.
 */
static void write_parameter(FILE *out, long long parameter, const char *unit)
{
	if (!strcmp(unit, "bytes") && parameter > 0 && parameter % (1 << 20) == 0)
		html_format(out, "%lld MiB", parameter >> 20);
	else if (!strcmp(unit, "bytes") && parameter > 0 && parameter % (1 << 10) == 0)
		html_format(out, "%lld KiB", parameter >> 10);
	else if (!strncmp(unit, "program/", 8))
		html_text(out, unit + 8);
	else if (parameter != 0)
		html_format(out, "%lld %s", parameter, strcmp(unit, "none") ? unit : "");
}

/* Writes a row with a benchmark's values in one metric; `remark` follows the parameter. `line` is a row
 * of the query in write_everything(). */
static void write_series(const struct tables *tables, sqlite3_stmt *line, const char *metric,
                         const char *remark)
{
	FILE *out = tables->report->out;

	fputs("<tr><th scope=\"row\">", out);
	html_text(out, sql_text(line, 0));
	fputs("</th><td>", out);
	write_parameter(out, sqlite3_column_int64(line, 1), sql_text(line, 2));
	html_text(out, remark);
	fputs("</td>", out);
	for (size_t i = 0; i < tables->count; i++)
		write_cell(tables, tables->strategies[i], sql_text(line, 0), sqlite3_column_int64(line, 1),
		           metric);
	fputs("</tr>\n", out);
}

/* Writes a table of all series in the view's metric, with a row per benchmark and parameter and a
 * column per strategy. If a benchmark's work (view->sized) differs from its instructions, the work
 * gets a row of its own. */
static void write_everything(const struct tables *tables)
{
	static const char lines[] =
	        "SELECT benchmark, parameter, coalesce((SELECT parameter_unit FROM samples WHERE "
	        "samples.benchmark ="
	        " summary.benchmark AND samples.parameter = summary.parameter LIMIT 1), ''), metric = "
	        "'instructions' AND " WORK_DIFFERS
	        " FROM compared AS summary WHERE engine = ?1 AND metric = ?2 AND metric = " SHOWN_METRIC(
	                "?2") " GROUP BY benchmark, parameter ORDER BY benchmark, "
	                      "parameter";
	const struct report *report = tables->report;
	const struct view *view = tables->view;
	sqlite3_stmt *line = query_view(report, view, lines);

	fputs("<details><summary>Every benchmark in ", report->out);
	html_text(report->out, view->unit);
	fputs("</summary>\n<div class=\"wide\" tabindex=\"0\"><table "
	      "class=\"numbers\"><thead><tr><th>benchmark</th><th></th>",
	      report->out);
	write_strategies(tables);
	while (line && sqlite3_step(line) == SQLITE_ROW) {
		write_series(tables, line, view->metric, "");
		if (sqlite3_column_int(line, 3))
			write_series(tables, line, view->sized, " work");
	}
	sqlite3_finalize(line);
	fputs("</tbody></table></div></details>\n", report->out);
}

/* Writes a table of the longest stretches with interrupts off, and where they begin and end. */
static void write_stretches(const struct report *report)
{
	static const char any[] = "SELECT count(*) FROM irq_off";
	static const char sql[] =
	        "SELECT parameter, strategy, max(ticks), from_function, from_address, to_function, to_address"
	        " FROM irq_off JOIN launches ON launches.id = launch GROUP BY benchmark, parameter, strategy"
	        " ORDER BY benchmark, parameter, " STRATEGY_ORDER("strategy");
	sqlite3_stmt *row;

	if (report_count(report->db, any) == 0)
		return;
	fputs("<details><summary>Where interrupts are off the longest</summary>\n<p>The longest stretch with "
	      "interrupts off while a program is started, in ticks: instructions and REP rounds. Its first "
	      "and its last instruction:</p>\n<div class=\"wide\" tabindex=\"0\"><table class=\"numbers\">"
	      "<thead><tr><th>image</th><th>strategy</th><th>ticks</th><th>from</th><th>to</th></tr></thead>"
	      "<tbody>\n",
	      report->out);
	row = report_query(report->db, sql, NULL);
	while (row && sqlite3_step(row) == SQLITE_ROW) {
		fputs("<tr><th scope=\"row\">", report->out);
		write_parameter(report->out, sqlite3_column_int64(row, 0), "bytes");
		fputs("</th><td>", report->out);
		write_strategy(report->out, sql_text(row, 1));
		fprintf(report->out, "</td><td>%lld</td>", (long long)sqlite3_column_int64(row, 2));
		for (int end = 3; end <= 5; end += 2) {
			fputs("<td>", report->out);
			html_format(report->out, "%s %s", sql_text(row, end), sql_text(row, end + 1));
			fputs("</td>", report->out);
		}
		fputs("</tr>\n", report->out);
	}
	sqlite3_finalize(row);
	fputs("</tbody></table></div></details>\n", report->out);
}

void report_legend(const struct report *report)
{
	number_write_legend(report->out, " &nbsp; ");
}

void report_tables(const struct report *report)
{
	bool any = false;

	/* Begin with the last view, because it comes closest to time. */
	for (size_t i = views_count; i-- > 0;) {
		struct tables tables = { .report = report, .view = &views[i] };
		sqlite3_stmt *there = query_view(
		        report, &views[i], "SELECT 1 FROM summary WHERE engine = ?1 AND metric = ?2 LIMIT 1");
		bool measured = there && sqlite3_step(there) == SQLITE_ROW;

		sqlite3_finalize(there);
		if (!measured)
			continue;
		any = true;
		fputs("<h3>", report->out);
		html_format(report->out, "%s: %s", views[i].engine, views[i].unit);
		fputs("</h3>\n<p>", report->out);
		html_text(report->out, views[i].meaning);
		fputs("</p>\n", report->out);
		list_strategies(&tables);
		write_subjects(&tables);
		write_everything(&tables);
	}
	write_stretches(report);
	if (!any)
		fputs("<p>This run measured nothing that can be compared: its engines serve tests only, or "
		      "no launch got far enough.</p>\n",
		      report->out);
}
