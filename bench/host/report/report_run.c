/* SPDX-License-Identifier: MIT */
/* Parts of the report about the run itself: how it went, where, and how to repeat it. */
#include "bench/host/base/sql.h"
#include "bench/host/report/html.h"
#include "bench/host/report/report_parts.h"

#include <stdbool.h>
#include <string.h>

#define PROBLEMS_MAX 40 /* maximum number of items in a list; further ones are only counted */

void report_title(const struct report *report)
{
	sqlite3_stmt *run = report_query(report->db, "SELECT name FROM run", NULL);

	html_text(report->out,
	          run && sqlite3_step(run) == SQLITE_ROW ? sql_text(run, 0) : "a run without a name");
	sqlite3_finalize(run);
}

static void write_state(const struct report *report, const char *state)
{
	fputs("<div class=\"alarm\" role=\"note\"><b>", report->out);
	if (!strcmp(state, "running"))
		fputs("This run never ended.</b> The harness was stopped while it ran. Below is what was "
		      "measured until then",
		      report->out);
	else if (!strcmp(state, "cut short"))
		fputs("This run was cut short.</b> Below is what was measured until then", report->out);
	else
		fputs("Something in this run failed.</b> Below is what was measured", report->out);
	fputs("; <a href=\"#run\">The run</a> says what went wrong. Figures and verdicts are based on "
	      "an incomplete run.</div>\n",
	      report->out);
}

void report_state(const struct report *report)
{
	sqlite3_stmt *run = report_query(report->db, "SELECT state FROM run", NULL);

	if (report_count(report->db, "SELECT count(*) FROM environment WHERE key = 'run.replayed'") > 0)
		fputs("<div class=\"alarm\" role=\"note\"><b>This run was replayed.</b> A script took the "
		      "place of QEMU or the host. The numbers test the harness; they measure "
		      "nothing.</div>\n",
		      report->out);

	if (run && sqlite3_step(run) == SQLITE_ROW && strcmp(sql_text(run, 0), "complete") != 0)
		write_state(report, sql_text(run, 0));
	else if (report_count(report->db, "SELECT count(*) FROM run") == 0)
		fputs("<div class=\"alarm\" role=\"note\"><b>The database contains no run.</b> It is "
		      "damaged, or the run ended before anything was written.</div>\n",
		      report->out);
	else if (report_count(report->db, "SELECT count(*) FROM checks WHERE ok = 0") > 0)
		fputs("<div class=\"alarm\" role=\"note\"><b>Checks failed in this run.</b> Their series are "
		      "in no figure; <a href=\"#run\">The run</a> names them.</div>\n",
		      report->out);
	sqlite3_finalize(run);
}

/*
 * Writes a heading and the first PROBLEMS_MAX rows of a query as list items, then how many more
 * rows there are. Returns false, without writing, if there are none.
 */
static bool write_list(const struct report *report, const char *heading, const char *sql)
{
	sqlite3_stmt *row = report_query(report->db, sql, NULL);
	int listed = 0;

	while (row && sqlite3_step(row) == SQLITE_ROW) {
		if (listed == 0)
			fprintf(report->out, "<h3>%s</h3>\n<ul>\n", heading);
		if (listed++ < PROBLEMS_MAX) {
			fputs("<li>", report->out);
			html_text(report->out, sql_text(row, 0));
			fputs("</li>\n", report->out);
		}
	}
	if (listed > PROBLEMS_MAX)
		fprintf(report->out, "<li>and %d more; all are in results.sqlite</li>\n",
		        listed - PROBLEMS_MAX);
	if (listed > 0)
		fputs("</ul>\n", report->out);
	sqlite3_finalize(row);
	return listed > 0;
}

void report_launches(const struct report *report)
{
	bool any;

	any = write_list(report, "Not complete",
	                 "SELECT engine || ' ' || strategy || ', round ' || round || ': ' || state ||"
	                 " CASE reason WHEN '' THEN '' ELSE ' (' || reason || ')' END FROM launches"
	                 " WHERE state <> 'complete' ORDER BY id");
	any |= write_list(report, "Checks that failed",
	                  "SELECT engine || ' ' || strategy || ': ' || name || ' ' || parameter || ': ' || "
	                  "detail FROM checks"
	                  " JOIN launches ON launches.id = launch WHERE ok = 0 ORDER BY checks.rowid");
	any |= write_list(
	        report, "Skipped",
	        "SELECT name || ': ' || detail || ' (' || count(DISTINCT strategy) || ' builds)' FROM checks"
	        " JOIN launches ON launches.id = launch WHERE ok = 2 GROUP BY name, detail ORDER BY name");
	any |= write_list(
	        report, "Spread over 5 %",
	        "SELECT engine || ' ' || strategy || ': ' || benchmark || ' ' || parameter || ', ' || metric "
	        "||"
	        " ': median ' || printf('%g', median) || ', quartiles ' || printf('%g', q1) || ' and ' ||"
	        " printf('%g', q3) || ' ' || unit FROM summary WHERE flags LIKE '%unstable%'"
	        " AND metric IN ('instructions', 'cycles_nominal', 'tsc') ORDER BY (q3 - q1) / median DESC");
	if (report_count(report->db, "SELECT count(*) FROM sqlite_master WHERE name = 'drift'") > 0)
		any |= write_list(report, "Drift over the rounds",
		                  "SELECT engine || ' ' || strategy || ': ' || benchmark || ' ' || parameter "
		                  "|| ', ' || metric"
		                  " || printf(': %+.1f %% over %d rounds', 100 * change, n) FROM drift"
		                  " WHERE flags LIKE '%drift%' ORDER BY abs(change) DESC");
	if (!any)
		fputs("<p>Every launch completed, every check passed, and no row was skipped.</p>\n",
		      report->out);
}

void report_environment(const struct report *report)
{
	sqlite3_stmt *row = report_query(report->db, "SELECT key, value FROM environment ORDER BY key", NULL);
	bool any = false;

	for (; row && sqlite3_step(row) == SQLITE_ROW; any = true) {
		fputs(any ? "" : "<table class=\"facts\"><tbody>\n", report->out);
		fputs("<tr><th scope=\"row\">", report->out);
		html_text(report->out, sql_text(row, 0));
		fputs("</th><td>", report->out);
		html_text(report->out, sql_text(row, 1));
		fputs("</td></tr>\n", report->out);
	}
	fputs(any ? "</tbody></table>\n" : "<p>Nothing is known about the machine.</p>\n", report->out);
	sqlite3_finalize(row);
}

void report_caveats(const struct report *report)
{
	static const struct {
		const char *when, *text;
	} caveats[] = {
		{ "SELECT 1 FROM launches WHERE engine = 'bochs'",
		  "<b>Bochs</b> is an emulator. Its numbers are exact counts of events, the same on every "
		  "host. They are not time: they do not include what a TLB miss, a CR3 load or a cache miss "
		  "costs." },
		{ "SELECT 1 FROM launches WHERE engine = 'bochs'",
		  "In Bochs the time stamp counter counts instructions and iterations of REP, and so do "
		  "<i>ticks</i> there." },
		{ "SELECT 1 FROM launches WHERE engine = 'bochs'",
		  "A REP instruction counts once in <i>instructions</i>: copying 16 MiB looks cheap there. "
		  "Its iterations are in <i>rep_iterations</i>." },
		{ "SELECT 1 FROM summary WHERE metric = 'cycles_nominal'",
		  "<b>Cycles</b> are those of a model that is based on published numbers. Two builds differ "
		  "only if its low, nominal and high parameters agree on that." },
		{ "SELECT 1 FROM launches WHERE engine = 'kvm'",
		  "On <b>KVM</b> the numbers are ticks of this host's time stamp counter, which runs at a "
		  "fixed rate. Builds are compared round by round; the interval of a ratio assumes no "
		  "distribution." },
		{ "SELECT 1 FROM launches WHERE engine IN ('tcg', 'kvm-emulated')",
		  "<b>tcg</b> and <b>kvm-emulated</b> show that things work. Their times mean nothing and "
		  "are in no table, figure or verdict." },
		{ "SELECT 1 FROM environment WHERE key = 'host.hypervisor' AND value LIKE 'yes%' AND EXISTS"
		  " (SELECT 1 FROM launches WHERE engine = 'kvm')",
		  "The host itself is a virtual machine: measurements on KVM include its hypervisor." },
		{ "SELECT 1 FROM environment WHERE key = 'run.samples' AND value = 'quick'",
		  "This was a <i>quick</i> run with fewer samples: intervals are wider or missing." },
		{ "SELECT 1",
		  "The cost of an empty body, measured in the same launch, is subtracted from every timed "
		  "number. Nothing is dropped: outliers are marked, and raw samples are in "
		  "<i>samples.csv</i>." },
	};

	fputs("<ul>\n", report->out);
	for (size_t i = 0; i < sizeof caveats / sizeof caveats[0]; i++)
		if (report_count(report->db, caveats[i].when))
			fprintf(report->out, "<li>%s</li>\n", caveats[i].text);
	fputs("</ul>\n", report->out);
}

void report_reproduce(const struct report *report)
{
	sqlite3_stmt *run = report_query(report->db, "SELECT command, seed FROM run", NULL);
	char revision[128];
	size_t plain;

	report_fact(report->db, "source.revision", revision, sizeof revision);
	plain = strcspn(revision, " ");
	if (strlen(revision) > 6 && !strcmp(revision + strlen(revision) - 6, "-dirty"))
		plain = strlen(revision) - 6;
	fputs("<pre><code>", report->out);
	if (*revision && strncmp(revision, "unknown", 7) != 0)
		html_format(report->out, "git checkout %.*s\n", (int)plain, revision);
	fputs("./run-bench.sh --setup-only\n", report->out);
	if (run && sqlite3_step(run) == SQLITE_ROW) {
		html_format(report->out, "./%s", sql_text(run, 0));
		fprintf(report->out, "</code></pre>\n<p>The seed was %lld. ", sqlite3_column_int64(run, 1));
	} else {
		fputs("./run-bench.sh</code></pre>\n<p>The command is unknown. ", report->out);
	}
	sqlite3_finalize(run);
	if (strstr(revision, "-dirty"))
		fputs("<b>The source had uncommitted changes</b> (<i>-dirty</i>), so the commands above may "
		      "give other numbers. ",
		      report->out);
	else if (!*revision || !strncmp(revision, "unknown", 7))
		fputs("<b>The revision of the source is unknown.</b> ", report->out);
	fputs("With the same compiler and the same Bochs, counts on Bochs are identical, to the last digit. "
	      "The hashes of the images are in the table of the environment.</p>\n",
	      report->out);
}
