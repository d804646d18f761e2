/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/host/measure/page.h"
#include "bench/host/answers/number.h"
#include "bench/host/base/paths.h"
#include "bench/host/base/sql.h"
#include "bench/host/base/text.h"
#include "bench/host/measure/beside.h"
#include "bench/host/measure/causes.h"
#include "bench/host/measure/figure.h"
#include "bench/host/measure/table.h"
#include "bench/host/report/html.h"
#include "bench/host/report/report_parts.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define FUNCTIONS_SHOWN 12 /* of a region; the others are one line */
#define PERCENT_SHOWN   3  /* a cause with a smaller share is drawn, but not named */
#define PERCENT_WAITS   90 /* with a larger share of port I/O, a region probably waits for a device */
#define METRICS_MAX     32
#define METRICS_FIRST   7 /* columns of the table of regions; further ones are folded */

extern const char report_measured_template[]; /* measured.html, through report_page.S */

#define REGIONS "SELECT DISTINCT benchmark FROM summary ORDER BY " TABLE_REGION_ORDER

static bool has_cycles(const struct report *report)
{
	return report_count(report->db, "SELECT count(*) FROM summary WHERE metric = 'cycles_nominal'") > 0;
}

static void write_kernel(const struct report *report)
{
	char name[NAME_SIZE];

	report_fact(report->db, "measure.file", name, sizeof name);
	if (!*name)
		report_fact(report->db, "measure.kernel", name, sizeof name);
	html_text(report->out, name);
}

static void write_state(const struct report *report)
{
	char state[32];

	if (sql_value(report->db, "SELECT state FROM run", NULL, state, sizeof state) &&
	    strcmp(state, "complete") == 0)
		return;
	fputs("<div class=\"alarm\" role=\"note\"><b>Not everything was measured.</b> Below is what was; "
	      "<a href=\"#run\">The run</a> says what is missing.</div>\n",
	      report->out);
}

static void write_lead(const struct report *report)
{
	char profile[64], digits[NUMBER_TEXT_MAX];
	long long regions = report_count(report->db, "SELECT count(DISTINCT benchmark) FROM summary");
	long long calls = report_count(
	        report->db, "SELECT coalesce(sum(n), 0) FROM summary WHERE metric = 'instructions'");

	fprintf(report->out, "%s %s of %lld %s. ", number_digits((double)calls, digits, sizeof digits),
	        calls == 1 ? "call" : "calls", regions, regions == 1 ? "region" : "regions");
	report_fact(report->db, "run.profile", profile, sizeof profile);
	if (has_cycles(report))
		html_format(
		        report->out,
		        "The cycles are those of a model of the processor %s; everything else is counted.",
		        profile);
	else
		fputs("All numbers are counts: the run had no <i>--profile</i>, so there are no cycles.",
		      report->out);
}

/* ---- the regions ---- */

/* Writes the cell of a region and metric: the median and, if the calls differ, their range. */
static void write_cell(const struct report *report, sqlite3_stmt *value, const char *region,
                       const char *metric)
{
	char digits[3][NUMBER_TEXT_MAX];

	sqlite3_reset(value);
	sql_bind(value, 1, region);
	sql_bind(value, 2, metric);
	if (sqlite3_step(value) != SQLITE_ROW) {
		fputs("<td>–</td>", report->out);
		return;
	}
	for (int i = 0; i < 3; i++)
		number_digits(sqlite3_column_double(value, i), digits[i], sizeof digits[i]);
	fprintf(report->out, "<td>%s", digits[1]);
	if (strcmp(digits[0], digits[2]) != 0)
		fprintf(report->out, "<small>%s to %s</small>", digits[0], digits[2]);
	fputs("</td>", report->out);
}

/* Writes the head of a column: the name of a metric, with spaces. */
static void write_head(FILE *out, const char *metric)
{
	fputs("<th scope=\"col\">", out);
	for (; *metric; metric++)
		fputc(*metric == '_' ? ' ' : *metric, out);
	fputs("</th>", out);
}

/* Writes the table of the regions with a column for each of these metrics. */
static void write_region_table(const struct report *report, char metrics[][NAME_SIZE], size_t count)
{
	sqlite3_stmt *region = report_query(report->db,
	                                    "SELECT benchmark, max(n) FROM summary GROUP BY 1"
	                                    " ORDER BY " TABLE_REGION_ORDER,
	                                    NULL);
	sqlite3_stmt *value = report_query(report->db,
	                                   "SELECT min, median, max FROM summary"
	                                   " WHERE benchmark = ?1 AND metric = ?2",
	                                   NULL);

	fputs("<div class=\"wide\"><table class=\"numbers\"><thead><tr><th scope=\"col\">region</th>"
	      "<th scope=\"col\">samples</th>",
	      report->out);
	for (size_t i = 0; i < count; i++)
		write_head(report->out, metrics[i]);
	fputs("</tr></thead><tbody>\n", report->out);
	while (region && value && sqlite3_step(region) == SQLITE_ROW) {
		char samples[NUMBER_TEXT_MAX];

		fputs("<tr><th scope=\"row\">", report->out);
		html_text(report->out, sql_text(region, 0));
		fprintf(report->out, "</th><td>%s</td>",
		        number_digits(sqlite3_column_double(region, 1), samples, sizeof samples));
		for (size_t i = 0; i < count; i++)
			write_cell(report, value, sql_text(region, 0), metrics[i]);
		fputs("</tr>\n", report->out);
	}
	fputs("</tbody></table></div>\n", report->out);
	sqlite3_finalize(region);
	sqlite3_finalize(value);
}

static void write_regions(const struct report *report)
{
	sqlite3_stmt *metric = report_query(report->db,
	                                    "SELECT DISTINCT metric FROM summary" TABLE_SHOWN
	                                    " ORDER BY metric NOT LIKE 'cycles%', " TABLE_ORDER,
	                                    NULL);
	char metrics[METRICS_MAX][NAME_SIZE];
	size_t count = 0, first;

	while (metric && count < METRICS_MAX && sqlite3_step(metric) == SQLITE_ROW)
		snprintf(metrics[count++], NAME_SIZE, "%s", sql_text(metric, 0));
	sqlite3_finalize(metric);
	first = count < METRICS_FIRST ? count : METRICS_FIRST;
	fputs("<p>The median of the calls and, if they differ, their range.</p>\n", report->out);
	write_region_table(report, metrics, first);
	if (first < count) {
		fprintf(report->out, "<details><summary>%zu more counts of each region</summary>\n",
		        count - first);
		write_region_table(report, metrics + first, count - first);
		fputs("</details>\n", report->out);
	}
}

/* ---- beside other kernels ---- */

struct others {
	FILE *out;
	bool open; /* a table was begun */
};

/* Writes a line of the table of beside.h. Each region has a table of its own. */
static void write_other(void *context, const char *region, const char *what, const char *kernel,
                        const char *const *value, size_t values)
{
	struct others *others = context;
	FILE *out = others->out;

	if (!*kernel) {
		fputs(others->open ? "</tbody></table></div>\n<h3>" : "<h3>", out);
		others->open = true;
		html_text(out, region);
		fprintf(out,
		        " beside %s</h3>\n<div class=\"wide\"><table class=\"numbers\"><thead><tr>"
		        "<th scope=\"col\">median</th>",
		        what);
		for (size_t i = 0; i < values; i++)
			write_head(out, value[i]);
		fputs("</tr></thead><tbody>\n", out);
		return;
	}
	fputs("<tr><th scope=\"row\">", out);
	html_text(out, kernel);
	fputs("</th>", out);
	for (size_t i = 0; i < values; i++)
		fprintf(out, "<td>%s</td>", value[i]);
	fputs("</tr>\n", out);
}

static void write_others(const struct report *report)
{
	struct others others = { .out = report->out };

	if (report_count(report->db, "SELECT count(*) FROM sqlite_master WHERE name = 'beside'") == 0)
		return;
	fputs("<p>What Palimpsest and Linux need for the same, as counts, from <i>results/reference</i> and "
	      "<i>results/linux</i> of the source tree. Kernels that do more need more: "
	      "<i>docs/baselines.md</i> says what Linux does that Palimpsest does not.</p>\n",
	      report->out);
	beside_rows(report->db, write_other, &others);
	if (others.open)
		fputs("</tbody></table></div>\n", report->out);
}

/* ---- where it goes ---- */

/* Writes the bar of a region: its calls' nominal cycles by cause. */
static void write_bar(const struct report *report, const char *region, sqlite3_stmt *sum)
{
	double value[CAUSES] = { 0 }, total = 0;
	const char *between = "";
	char digits[NUMBER_TEXT_MAX];

	for (size_t i = 0; i < CAUSES; i++) {
		sqlite3_reset(sum);
		sql_bind(sum, 1, region);
		sql_bind(sum, 2, causes[i].metric);
		if (sqlite3_step(sum) == SQLITE_ROW)
			value[i] = sqlite3_column_double(sum, 0);
		total += value[i];
	}
	if (total <= 0)
		return;
	fputs("<h3>", report->out);
	html_text(report->out, region);
	fprintf(report->out,
	        ": %s cycles a call <small>(mean)</small></h3>\n<div class=\"causes\" aria-hidden=\"true\">",
	        number_digits(total, digits, sizeof digits));
	for (size_t i = 0; i < CAUSES; i++)
		if (value[i] > 0)
			fprintf(report->out, "<i style=\"width:%.2f%%;background:%s\"></i>",
			        100 * value[i] / total, causes[i].colour);
	fputs("</div>\n<p class=\"key\">", report->out);
	for (size_t i = 0; i < CAUSES; i++) {
		if (100 * value[i] < PERCENT_SHOWN * total)
			continue;
		fprintf(report->out, "%s%s %.0f %%", between, causes[i].name, 100 * value[i] / total);
		between = ", ";
	}
	fputs("</p>\n", report->out);
	if (100 * value[CAUSE_PORTS] > PERCENT_WAITS * total)
		fprintf(report->out,
		        "<p>Over %d %% of these cycles are for port I/O and the like. If the region waits "
		        "for "
		        "a device or the clock in a loop, its numbers mean nothing: it executes as many "
		        "instructions as <i>--ips</i> makes it wait.</p>\n",
		        PERCENT_WAITS);
}

static void write_causes(const struct report *report)
{
	sqlite3_stmt *region = report_query(report->db, REGIONS, NULL);
	sqlite3_stmt *sum = report_query(report->db,
	                                 "SELECT avg(value) FROM samples WHERE benchmark = ?1"
	                                 " AND metric = ?2",
	                                 NULL);

	if (has_cycles(report)) {
		fputs("<p>The nominal cycles of all calls of a region, by their cause. Each bar is 100 %. "
		      "The bars show means, because only the parts of a mean add up to it; the table above "
		      "shows medians. The mean may be far above the median, for example because the first "
		      "calls train the branch predictor and fill the caches.</p>\n"
		      "<p class=\"key\">",
		      report->out);
		for (size_t i = 0; i < CAUSES; i++)
			fprintf(report->out,
			        "<span class=\"cause\"><span class=\"swatch\" "
			        "style=\"background:%s\"></span>%s</span> ",
			        causes[i].colour, causes[i].name);
		fputs("</p>\n", report->out);
		while (region && sum && sqlite3_step(region) == SQLITE_ROW)
			write_bar(report, sql_text(region, 0), sum);
	}
	sqlite3_finalize(region);
	sqlite3_finalize(sum);
}

/* Writes a line. `instructions` is negative if the line does not have them besides `value`. */
static void write_function(const struct report *report, const char *name, double value, double instructions,
                           double total)
{
	char digits[2][NUMBER_TEXT_MAX];
	double share = total > 0 ? 100 * value / total : 0;

	fputs("<tr><td>", report->out);
	html_text(report->out, name);
	fprintf(report->out, "</td><td>%s</td>", number_digits(value, digits[0], sizeof digits[0]));
	if (instructions >= 0)
		fprintf(report->out, "<td class=\"besides\">%s</td>",
		        number_digits(instructions, digits[1], sizeof digits[1]));
	fprintf(report->out, "<td>%.1f %%<span class=\"share\" style=\"width:%.1f%%\"></span></td></tr>\n",
	        share, share);
}

/* Writes the functions that a region's calls executed, those that spent most first. */
static void write_region_functions(const struct report *report, const char *region, bool cycles)
{
	sqlite3_stmt *row = report_query(
	        report->db,
	        "SELECT function, sum(value * (metric = ?2)) / max(n), sum(value * (metric = 'instructions'))"
	        " / max(n) FROM (SELECT function, metric, 1.0 * value AS value, n FROM functions"
	        " WHERE benchmark = ?1) GROUP BY function ORDER BY 2 DESC, function",
	        region);
	double total = 0, rest = 0, rest_instructions = 0;
	int shown = 0, others = 0;
	char name[40];

	if (row)
		sql_bind(row, 2, cycles ? "cycles_nominal" : "instructions");
	while (row && sqlite3_step(row) == SQLITE_ROW)
		total += sqlite3_column_double(row, 1);
	if (total > 0) {
		sqlite3_reset(row);
		fputs("<h3>", report->out);
		html_text(report->out, region);
		fprintf(report->out,
		        ": by function</h3>\n<table class=\"numbers spent\"><thead><tr><th "
		        "scope=\"col\">function"
		        "</th><th scope=\"col\">%s a call (mean)</th>%s<th scope=\"col\">share</th></tr>"
		        "</thead><tbody>\n",
		        cycles ? "nominal cycles" : "instructions",
		        cycles ? "<th scope=\"col\" class=\"besides\">instructions a call (mean)</th>" : "");
		while (sqlite3_step(row) == SQLITE_ROW) {
			double value = sqlite3_column_double(row, 1);

			if (shown++ < FUNCTIONS_SHOWN) {
				write_function(report, sql_text(row, 0), value,
				               cycles ? sqlite3_column_double(row, 2) : -1, total);
				continue;
			}
			others++;
			rest += value;
			rest_instructions += sqlite3_column_double(row, 2);
		}
		snprintf(name, sizeof name, "%d %s", others, others == 1 ? "other" : "others");
		if (others)
			write_function(report, name, rest, cycles ? rest_instructions : -1, total);
		fputs("</tbody></table>\n", report->out);
	}
	sqlite3_finalize(row);
}

static void write_functions(const struct report *report)
{
	sqlite3_stmt *region = report_query(report->db, REGIONS, NULL);

	if (report_count(report->db, "SELECT count(*) FROM functions") == 0)
		fputs("<p>The kernel's functions are not known: the run had no symbols, or it ended before "
		      "the library wrote them.</p>\n",
		      report->out);
	else
		fputs("<p>What each function spends itself, without the functions that it calls, as a mean "
		      "over the calls of the region.</p>\n",
		      report->out);
	while (region && sqlite3_step(region) == SQLITE_ROW)
		write_region_functions(report, sql_text(region, 0), has_cycles(report));
	sqlite3_finalize(region);
}

/* ---- the rest ---- */

static void write_figure(const struct report *report)
{
	char path[PATH_MAX];

	path_format(path, sizeof path, "%s/plots/" FIGURE_NAME ".svg", report->run_dir);
	if (path_exists(path))
		fputs("The figure is <a href=\"plots/" FIGURE_NAME ".svg\"><i>plots/" FIGURE_NAME
		      ".svg</i></a> and <i>.png</i>. ",
		      report->out);
}

static void write_meaning(const struct report *report)
{
	fputs("<ul>\n<li>A call includes everything that the CPU executes until it returns: the functions "
	      "that "
	      "it calls, interrupts and, if it blocks, other tasks.</li>\n"
	      "<li>The counts are exact and the same on every host. They are not time.</li>\n"
	      "<li>A loop that waits for a device or the clock executes as many instructions as <i>--ips</i> "
	      "makes it wait; its instructions and cycles mean nothing.</li>\n"
	      "<li>A REP instruction counts once in <i>instructions</i>; <i>work</i> adds its "
	      "iterations.</li>\n",
	      report->out);
	if (has_cycles(report))
		fputs("<li>Cycles are those of a model that is based on published numbers. Its low, nominal "
		      "and high parameters give three numbers; the truth should lie between low and "
		      "high.</li>\n"
		      "<li>A cache miss may cost nothing, because the processor waits for few of them: "
		      "stores "
		      "wait in a buffer, and the prefetchers fetch what is read or written in order.</li>\n",
		      report->out);
	fputs("<li>In the functions, <i>[user]</i> is user mode, <i>[delivery]</i> the delivery of "
	      "interrupts "
	      "and exceptions, and <i>[unknown]</i> code without a symbol.</li>\n</ul>\n",
	      report->out);
}

static void write_run(const struct report *report)
{
	sqlite3_stmt *row = report_query(report->db, "SELECT command FROM run", NULL);

	fputs("<pre><code>./", report->out);
	if (row && sqlite3_step(row) == SQLITE_ROW)
		html_text(report->out, sql_text(row, 0));
	sqlite3_finalize(row);
	fputs("</code></pre>\n<ul>\n", report->out);
	row = report_query(report->db, "SELECT state, reason FROM launches", NULL);
	while (row && sqlite3_step(row) == SQLITE_ROW) {
		fputs("<li>The boot: ", report->out);
		html_format(report->out, "%s%s%s", sql_text(row, 0), *sql_text(row, 1) ? ": " : "",
		            sql_text(row, 1));
		fputs("</li>\n", report->out);
	}
	sqlite3_finalize(row);
	row = report_query(report->db,
	                   "SELECT substr(key, 8), value FROM environment WHERE key LIKE 'region.%'"
	                   " AND substr(key, 8) NOT IN (SELECT benchmark FROM summary) ORDER BY key",
	                   NULL);
	while (row && sqlite3_step(row) == SQLITE_ROW) {
		fputs("<li>Not measured: ", report->out);
		html_format(report->out, "%s (%s)", sql_text(row, 0), sql_text(row, 1));
		fputs("</li>\n", report->out);
	}
	sqlite3_finalize(row);
	fputs("</ul>\n", report->out);
}

int page_write(sqlite3 *db, const char *folder)
{
	static const struct report_part parts[] = {
		{ "style", report_style },
		{ "title", report_title },
		{ "kernel", write_kernel },
		{ "state", write_state },
		{ "lead", write_lead },
		{ "regions", write_regions },
		{ "beside", write_others },
		{ "causes", write_causes },
		{ "functions", write_functions },
		{ "meaning", write_meaning },
		{ "run", write_run },
		{ "figure", write_figure },
		{ "environment", report_environment },
	};
	static const struct report_template template = { .text = report_measured_template,
		                                         .part = parts,
		                                         .parts = sizeof parts / sizeof parts[0] };
	struct report report = { .db = db, .run_dir = folder };

	return report_page(&report, &template);
}
