/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/host/answers/number.h"
#include "bench/host/base/sql.h"
#include "bench/host/report/html.h"
#include "bench/host/report/report_parts.h"

#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

__attribute__((format(printf, 2, 3))) static void append(char *sentence, const char *format, ...)
{
	size_t used = strlen(sentence);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(sentence + used, REPORT_SENTENCE_MAX - used, format, arguments);
	va_end(arguments);
}

/* Appends a count and its noun, such as "3 boots" or "1 boot". */
static void append_count(char *sentence, long long count, const char *one, const char *many)
{
	char number[32];

	append(sentence, "%s %s", number_digits((double)count, number, sizeof number),
	       count == 1 ? one : many);
}

static void append_duration(sqlite3 *db, char *sentence)
{
	long long seconds = report_count(
	        db,
	        "SELECT CAST(round((julianday(finished) - julianday(started)) * 86400) AS INTEGER) FROM run");

	if (seconds >= 3600)
		append(sentence, " in %lld h %lld min", seconds / 3600, seconds / 60 % 60);
	else if (seconds >= 60)
		append(sentence, " in %lld min %lld s", seconds / 60, seconds % 60);
	else if (seconds > 0)
		append(sentence, " in %lld s", seconds);
}

char *report_say_what_ran(sqlite3 *db, char sentence[REPORT_SENTENCE_MAX])
{
	long long builds =
	        report_count(db, "SELECT count(DISTINCT strategy) FROM launches WHERE engine <> 'image'");
	long long boots = report_count(db, "SELECT count(*) FROM launches WHERE engine <> 'image'");
	long long broken = report_count(
	        db, "SELECT count(*) FROM launches WHERE engine <> 'image' AND state <> 'complete'");
	long long samples = report_count(
	        db, "SELECT count(*) FROM (SELECT DISTINCT launch, benchmark, parameter, sample FROM samples"
	            " JOIN launches ON launches.id = launch WHERE engine <> 'image'"
	            " AND flags NOT LIKE '%warmup%' AND flags NOT LIKE '%overhead%')");
	long long benchmarks =
	        report_count(db, "SELECT count(DISTINCT benchmark) FROM samples JOIN launches ON"
	                         " launches.id = launch WHERE engine <> 'image'");
	long long failed = report_count(db, "SELECT count(*) FROM checks WHERE ok = 0");
	sqlite3_stmt *engine = report_query(
	        db, "SELECT DISTINCT engine FROM launches WHERE engine <> 'image' ORDER BY engine", NULL);
	const char *between = " on ";

	sentence[0] = '\0';
	if (boots == 0) {
		append(sentence, "This run booted nothing.");
		sqlite3_finalize(engine);
		return sentence;
	}
	append_count(sentence, builds, "build was booted", "builds were booted");
	if (boots != builds)
		append(sentence, " %lld times", boots);
	for (; engine && sqlite3_step(engine) == SQLITE_ROW; between = " and ")
		append(sentence, "%s%s", between, sql_text(engine, 0));
	sqlite3_finalize(engine);
	append_duration(db, sentence);
	append(sentence, ", which gave ");
	append_count(sentence, samples, "sample", "samples");
	append(sentence, " of ");
	append_count(sentence, benchmarks, "benchmark", "benchmarks");
	if (broken > 0) {
		append(sentence, "; ");
		append_count(sentence, broken, "boot did not complete", "boots did not complete");
	}
	append(sentence, failed ? " and " : broken ? " and no check failed" : "; no check failed");
	if (failed > 0)
		append_count(sentence, failed, "check failed", "checks failed");
	append(sentence, ".");
	return sentence;
}

static const char *const verdicts[] = { "confirmed", "refuted", "inconclusive", "not measured" };

#define VERDICTS   (sizeof verdicts / sizeof verdicts[0])
#define EXPERIMENT "kind = 'experiment'"
#define ARITHMETIC "kind = 'arithmetic'"

/* Returns the number of claims that have this verdict and satisfy `condition`, which is SQL. */
static long long count_verdict(sqlite3 *db, const char *condition, const char *verdict)
{
	char sql[120];
	sqlite3_stmt *query;
	long long count;

	snprintf(sql, sizeof sql, "SELECT count(*) FROM claims WHERE %s AND verdict = ?1", condition);
	query = report_query(db, sql, verdict);
	count = query && sqlite3_step(query) == SQLITE_ROW ? sqlite3_column_int64(query, 0) : 0;
	sqlite3_finalize(query);
	return count;
}

char *report_say_verdicts(sqlite3 *db, char sentence[REPORT_SENTENCE_MAX])
{
	long long claims = report_count(db, "SELECT count(*) FROM claims WHERE " EXPERIMENT);
	long long sums = report_count(db, "SELECT count(*) FROM claims WHERE " ARITHMETIC);
	const char *between = " (";

	sentence[0] = '\0';
	if (claims + sums == 0) {
		append(sentence, "No claim was decided.");
		return sentence;
	}
	append(sentence, "Of ");
	append_count(sentence, claims, "claim", "claims");
	append(sentence, " about the kernel");
	for (size_t i = 0; i < VERDICTS; i++) {
		long long count = count_verdict(db, EXPERIMENT, verdicts[i]);

		append(sentence, "%s%lld %s%s", i == VERDICTS - 1 ? " and " : ", ", count,
		       i > 0        ? ""
		       : count == 1 ? "is "
		                    : "are ",
		       verdicts[i]);
	}
	if (sums > 0)
		append(sentence, "; %lld more %s arithmetic on constants", sums, sums == 1 ? "is" : "are");
	for (size_t i = 0; i < VERDICTS; i++) {
		long long count = count_verdict(db, ARITHMETIC, verdicts[i]);

		if (count > 0)
			append(sentence, "%s%lld %s", between, count, verdicts[i]);
		between = count > 0 ? ", " : between;
	}
	append(sentence, "%s", sums > 0 ? ")." : ".");
	return sentence;
}

void report_run(const struct report *report)
{
	char sentence[REPORT_SENTENCE_MAX];

	fputs("<p>", report->out);
	html_text(report->out, report_say_what_ran(report->db, sentence));
	fputs("</p>\n", report->out);
}

/* Writes the refuted claims, with links to their evidence. */
static void write_refuted(const struct report *report)
{
	sqlite3_stmt *row = report_query(report->db,
	                                 "SELECT id, quote, " ARITHMETIC ", count(*) OVER () FROM claims"
	                                 " WHERE verdict = 'refuted' ORDER BY id",
	                                 NULL);
	bool any = false;

	for (; row && sqlite3_step(row) == SQLITE_ROW; any = true) {
		int id = sqlite3_column_int(row, 0);

		if (!any)
			fprintf(report->out,
			        "<p>What design notes say and this run refutes (%d in all):</p>\n<ul>\n",
			        sqlite3_column_int(row, 3));
		fprintf(report->out, "<li><a href=\"#claim-%d\">Claim %d</a>: ", id, id);
		report_quote(report->out, sql_text(row, 1));
		fputs(sqlite3_column_int(row, 2) ? " (arithmetic)</li>\n" : "</li>\n", report->out);
	}
	fputs(any ? "</ul>\n" : "", report->out);
	sqlite3_finalize(row);
}

void report_verdicts(const struct report *report)
{
	static const char *const classes[VERDICTS] = { "yes", "no", "open", "none" };
	long long sums = report_count(report->db, "SELECT count(*) FROM claims WHERE " ARITHMETIC);
	char sentence[REPORT_SENTENCE_MAX];

	if (report_count(report->db, "SELECT count(*) FROM claims") == 0)
		return;
	fputs("<p class=\"lead\">", report->out);
	html_text(report->out, report_say_verdicts(report->db, sentence));
	fputs("</p>\n<ul class=\"verdicts\">", report->out);
	for (size_t i = 0; i < VERDICTS; i++) {
		long long count = count_verdict(report->db, EXPERIMENT, verdicts[i]);

		if (count > 0)
			fprintf(report->out, "<li class=\"%s\" style=\"flex-grow:%lld\"><b>%lld</b> %s</li>",
			        classes[i], count, count, verdicts[i]);
	}
	if (sums > 0)
		fprintf(report->out, "<li class=\"sum\" style=\"flex-grow:%lld\"><b>%lld</b> arithmetic</li>",
		        sums, sums);
	fputs("</ul>\n", report->out);
	write_refuted(report);
}
