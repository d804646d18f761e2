/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/host/answers/number.h"
#include "bench/host/base/sql.h"
#include "bench/host/evaluate/series.h"
#include "bench/host/report/html.h"
#include "bench/host/report/report_parts.h"

#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

/* The strategies that need the least and the most for one subject in one view. */
struct extremes {
	long long strategies;
	long long at_least; /* the number of strategies that need the least */
	char least[96], most[96];
	double low, high;
	char least_flags[FLAGS_TEXT_MAX], most_flags[FLAGS_TEXT_MAX];
	double ratio_low, ratio_high; /* interval of the ratio high / low; both 0 if not known */
	char ratio_flags[FLAGS_TEXT_MAX];
};

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

static void say_what_ran(sqlite3 *db, char *sentence)
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

	if (boots == 0) {
		append(sentence, "This run booted nothing.");
		sqlite3_finalize(engine);
		return;
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
}

static const char *const verdicts[] = { "confirmed", "refuted", "inconclusive", "not measured" };

#define VERDICTS   (sizeof verdicts / sizeof verdicts[0])
#define EXPERIMENT "kind = 'experiment'"
#define ARITHMETIC "kind = 'arithmetic'"

/* Returns how many claims satisfy a condition in SQL and have this verdict. */
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

static void say_verdicts(sqlite3 *db, char *sentence)
{
	long long claims = report_count(db, "SELECT count(*) FROM claims WHERE " EXPERIMENT);
	long long sums = report_count(db, "SELECT count(*) FROM claims WHERE " ARITHMETIC);
	const char *between = " (";

	if (claims + sums == 0) {
		append(sentence, "No claim was decided.");
		return;
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
}

static sqlite3_stmt *query_of(sqlite3 *db, const char *sql, const struct view *view,
                              const struct subject *subject, const char *metric)
{
	sqlite3_stmt *query = report_query(db, sql, view->engine);

	if (query) {
		sqlite3_bind_text(query, 2, subject->benchmark, -1, SQLITE_STATIC);
		sqlite3_bind_int64(query, 3, subject->parameter);
		sqlite3_bind_text(query, 4, metric, -1, SQLITE_STATIC);
	}
	return query;
}

/* Returns the median of `strategy` in `metric`, or 0 if the strategy was not measured. */
static double median_of(sqlite3 *db, const struct view *view, const struct subject *subject,
                        const char *metric, const char *strategy)
{
	static const char sql[] = "SELECT median FROM summary WHERE engine = ?1 AND benchmark = ?2 AND"
	                          " parameter = ?3 AND metric = ?4 AND strategy = ?5";
	sqlite3_stmt *query = query_of(db, sql, view, subject, metric);
	double median = 0;

	if (query) {
		sqlite3_bind_text(query, 5, strategy, -1, SQLITE_STATIC);
		if (sqlite3_step(query) == SQLITE_ROW)
			median = sqlite3_column_double(query, 0);
	}
	sqlite3_finalize(query);
	return median;
}

/* Stores the interval of the ratio high / low in found->ratio_low and found->ratio_high; leaves 0
 * there if it is not known. For modelled cycles the ends are the ratios with the model's low and
 * high parameters. Otherwise the table comparisons has the interval and found->ratio_flags. */
static void find_ratio(sqlite3 *db, const struct view *view, const struct subject *subject,
                       struct extremes *found)
{
	static const char sql[] =
	        "SELECT ci_low, ci_high, flags FROM comparisons WHERE engine = ?1 AND benchmark = ?2 AND"
	        " parameter = ?3 AND metric = ?4 AND a = ?5 AND b = ?6";
	sqlite3_stmt *query;

	if (!strcmp(view->low, "cycles_low")) {
		double low = median_of(db, view, subject, view->low, found->least);
		double high = median_of(db, view, subject, view->high, found->least);

		if (low > 0 && high > 0) {
			low = median_of(db, view, subject, view->low, found->most) / low;
			high = median_of(db, view, subject, view->high, found->most) / high;
			found->ratio_low = low < high ? low : high;
			found->ratio_high = low < high ? high : low;
		}
		return;
	}
	query = query_of(db, sql, view, subject, subject_metric(subject, view));
	if (query) {
		sqlite3_bind_text(query, 5, found->most, -1, SQLITE_STATIC);
		sqlite3_bind_text(query, 6, found->least, -1, SQLITE_STATIC);
		if (sqlite3_step(query) == SQLITE_ROW) {
			found->ratio_low = sqlite3_column_double(query, 0);
			found->ratio_high = sqlite3_column_double(query, 1);
			snprintf(found->ratio_flags, sizeof found->ratio_flags, "%s", sql_text(query, 2));
		}
	}
	sqlite3_finalize(query);
}

/* Stores in `found` the strategies with the lowest and the highest median, among those whose checks
 * passed. Returns false if there are fewer than two strategies. */
static bool find_extremes(sqlite3 *db, const struct view *view, const struct subject *subject,
                          struct extremes *found)
{
	static const char sql[] =
	        "SELECT strategy, median, flags FROM compared_good WHERE engine = ?1 AND benchmark = ?2 AND"
	        " parameter = ?3 AND metric = ?4"
	        " ORDER BY median, " STRATEGY_ORDER("strategy");
	sqlite3_stmt *query = query_of(db, sql, view, subject, subject_metric(subject, view));

	*found = (struct extremes){ 0 };
	while (query && sqlite3_step(query) == SQLITE_ROW) {
		double median = sqlite3_column_double(query, 1);

		if (found->strategies++ == 0) {
			snprintf(found->least, sizeof found->least, "%s", sql_text(query, 0));
			snprintf(found->least_flags, sizeof found->least_flags, "%s", sql_text(query, 2));
			found->low = median;
		}
		found->at_least += median == found->low;
		if (found->strategies == 1 || median > found->high) {
			snprintf(found->most, sizeof found->most, "%s", sql_text(query, 0));
			snprintf(found->most_flags, sizeof found->most_flags, "%s", sql_text(query, 2));
			found->high = median;
		}
	}
	sqlite3_finalize(query);
	if (found->strategies < 2)
		return false;
	find_ratio(db, view, subject, found);
	return true;
}

/* Appends, in words, the flags of the lowest and the highest number. */
static void append_caveats(const struct extremes *found, char *sentence)
{
	char flags[2 * FLAGS_TEXT_MAX + 1], words[NUMBER_WORDS_MAX];

	snprintf(flags, sizeof flags, "%s,%s", found->least_flags, found->most_flags);
	number_caveats(flags, words);
	if (*words)
		append(sentence, "; about these numbers: %s", words);
}

static void append_ratio(const struct view *view, const struct extremes *found, char *sentence)
{
	bool modelled = !strcmp(view->low, "cycles_low");

	append(sentence, " (%.2f times as many", found->high / found->low);
	if (found->ratio_low < found->ratio_high)
		append(sentence, ", %.2f to %.2f %s", found->ratio_low, found->ratio_high,
		       modelled ? "over the model's parameters"
		                : number_interval_meaning(found->ratio_flags));
	append(sentence, ")");
}

static bool is_exact(const struct extremes *found)
{
	return flags_have(found->least_flags, "exact") && flags_have(found->most_flags, "exact");
}

static void say_extremes(const struct view *view, const struct subject *subject, const struct extremes *found,
                         char *sentence)
{
	char low[40];
	char high[40];

	number_digits(found->low, low, sizeof low);
	number_digits(found->high, high, sizeof high);
	if (found->high == found->low) {
		append(sentence, "For “%s”, all %lld builds need the same: %s %s", subject->title,
		       found->strategies, low, subject_unit(subject, view));
		append_caveats(found, sentence);
		append(sentence, ".");
		return;
	}
	append(sentence, "For “%s”, ", subject->title);
	if (found->at_least > 1)
		append(sentence, "%lld of %lld builds, including %s, need", found->at_least,
		       found->strategies, found->least);
	else
		append(sentence, "%s needs", found->least);
	append(sentence, " the least, %s %s, and %s the most, %s", low, subject_unit(subject, view),
	       found->most, high);
	if (found->low > 0)
		append_ratio(view, found, sentence);
	if (found->ratio_low > 0 && found->ratio_low <= 1)
		append(sentence, ": the order does not hold over that whole range");
	append_caveats(found, sentence);
	append(sentence, strcmp(view->metric, "instructions") ? "."
	                 : is_exact(found)                    ? "; these are exact counts, not time."
	                                                      : "; these are counts, not time.");
}

void report_sentences(sqlite3 *db, char sentence[3][REPORT_SENTENCE_MAX])
{
	memset(sentence, 0, 3 * (size_t)REPORT_SENTENCE_MAX);
	say_what_ran(db, sentence[0]);
	say_verdicts(db, sentence[1]);
	/* Prefer the views in reverse order: time (KVM), modelled cycles, instructions. */
	for (size_t i = views_count; i-- > 0;) {
		struct extremes found;

		for (size_t j = 0; j < subjects_count; j++) {
			/* Begin with the third subject: users wait for a program to start, which
			 * is more than the loading that the first two measure. */
			const struct subject *subject = &subjects[(j + 2) % subjects_count];

			if (!subject->metric && find_extremes(db, &views[i], subject, &found)) {
				say_extremes(&views[i], subject, &found, sentence[2]);
				return;
			}
		}
	}
	append(sentence[2], "No two builds can be compared on any subject.");
}

void report_summary(const struct report *report)
{
	static const char *const classes[VERDICTS] = { "yes", "no", "open", "none" };
	long long sums = report_count(report->db, "SELECT count(*) FROM claims WHERE " ARITHMETIC);
	char sentence[3][REPORT_SENTENCE_MAX];

	report_sentences(report->db, sentence);
	fputs("<p class=\"lead\">", report->out);
	for (int i = 0; i < 3; i++) {
		html_text(report->out, sentence[i]);
		fputs(i < 2 ? " " : "</p>\n", report->out);
	}
	if (report_count(report->db, "SELECT count(*) FROM claims") == 0)
		return;
	fputs("<ul class=\"verdicts\">", report->out);
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
}
