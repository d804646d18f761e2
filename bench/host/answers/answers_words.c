/* SPDX-License-Identifier: MIT */
/* The answers in words. */
#define _GNU_SOURCE
#include "bench/host/answers/answers.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void append(char *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void append(char *text, const char *format, ...)
{
	size_t used = strlen(text);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text + used, ANSWER_TEXT_MAX - used, format, arguments);
	va_end(arguments);
}

/* Returns the divisor for numbers of the size of `like`: 1, a thousand or a million. Sets *letter
 * to "", " k" or " M". */
static double scale_of(double like, const char **letter)
{
	const double size = fabs(like);

	*letter = size >= 1e8 ? " M" : size >= 1e5 ? " k" : "";
	return size >= 1e8 ? 1e6 : size >= 1e5 ? 1e3 : 1;
}

/* Writes value / scale, rounded to one decimal if it is below 10, else to a whole number. */
static char *digits(double value, double scale, char text[NUMBER_TEXT_MAX])
{
	const double scaled = value / scale;

	return number_digits(fabs(scaled) < 10 ? round(10 * scaled) / 10 : round(scaled), text,
	                     NUMBER_TEXT_MAX);
}

char *answers_number(double value, double like, char text[NUMBER_TEXT_MAX])
{
	const char *letter;
	const double scale = scale_of(like, &letter);
	size_t used = strlen(digits(value, scale, text));

	snprintf(text + used, NUMBER_TEXT_MAX - used, "%s", letter);
	return text;
}

char *answers_range(const struct answer_strategy *strategy, char text[ANSWER_TEXT_MAX])
{
	char low[NUMBER_TEXT_MAX], high[NUMBER_TEXT_MAX];
	const char *letter;
	const double scale = scale_of(strategy->median, &letter);

	digits(strategy->low, scale, low);
	digits(strategy->high, scale, high);
	text[0] = '\0';
	if (strcmp(low, high) != 0)
		snprintf(text, ANSWER_TEXT_MAX, "%s - %s", low, high);
	return text;
}

/* Returns how many decimals of a ratio to write: 2, or up to 5 if a decided ratio would otherwise
 * be rounded to 1. */
static int decimals(const struct answer_strategy *strategy)
{
	int count = 2;

	for (double smallest = 0.005;
	     count < 5 && strategy->order == ANSWER_MORE && fabs(strategy->ratio_low - 1) < smallest;
	     smallest /= 10)
		count++;
	return count;
}

char *answers_ratio(const struct answer_strategy *strategy, char text[NUMBER_TEXT_MAX])
{
	const int count = decimals(strategy);
	char low[24], high[24];

	snprintf(low, sizeof low, "%.*f", count, strategy->ratio_low);
	snprintf(high, sizeof high, "%.*f", count, strategy->ratio_high);
	if (strategy->ratio == 0)
		snprintf(text, NUMBER_TEXT_MAX, "-");
	else if (strategy->order == ANSWER_LEAST)
		snprintf(text, NUMBER_TEXT_MAX, "1");
	else if (strcmp(low, high) == 0)
		snprintf(text, NUMBER_TEXT_MAX, "%.*f", count, strategy->ratio);
	else
		snprintf(text, NUMBER_TEXT_MAX, "%.*f [%s..%s]", count, strategy->ratio, low, high);
	return text;
}

/*
 * Appends how much of `difference` a part makes up, or how much it saves. The part and the
 * difference are written in the same unit (k or M). Returns false, with the text unchanged, if it
 * would exceed `width` columns.
 */
static bool append_part(const struct answer_strategy *strategy, size_t index, double difference, bool brief,
                        size_t width, char *text)
{
	const struct answer_part *of = &strategy->part[index];
	const char *what = brief ? of->brief : of->what;
	char whole[NUMBER_TEXT_MAX], part[NUMBER_TEXT_MAX], more[4 * NUMBER_TEXT_MAX];
	/* Differences are smaller than medians: k is used from 10,000 on, not from 100,000. */
	const double like = fabs(difference) >= 1e4 ? 10 * difference : difference;
	const char *letter;
	const double scale = scale_of(like, &letter);

	digits(fabs(of->more), scale, part);
	digits(difference, scale, whole);
	if (of->more < 0 || strategy->part[0].more > difference)
		snprintf(more, sizeof more, "%s%s %s%s %s", index ? ", " : "", what, part, letter,
		         of->more > 0 ? "more" : "less");
	else if (index > 0)
		snprintf(more, sizeof more, ", %s %s", part, what);
	else if (strcmp(part, whole) == 0)
		snprintf(more, sizeof more, "all %s%s%s %s", whole, letter, brief ? ":" : " more are", what);
	else
		snprintf(more, sizeof more, "%s of %s%s%s %s", part, whole, letter, brief ? ":" : " more are",
		         what);
	if (strlen(text) + strlen(more) > width)
		return false;
	append(text, "%s", more);
	return true;
}

char *answers_cause(const struct answer *answer, const struct answer_strategy *strategy, size_t width,
                    char text[ANSWER_TEXT_MAX])
{
	const double difference = strategy->median - answer->strategy[answer->least].median;

	text[0] = '\0';
	for (int brief = 0; brief < 2 && !*text; brief++)
		for (size_t i = 0; i < strategy->parts && i < ANSWER_PARTS_MAX; i++)
			if (!append_part(strategy, i, difference, brief, width, text))
				break;
	return text;
}

static const char *verb(const struct answers *answers, bool many)
{
	if (strcmp(answers->view->metric, "instructions") == 0)
		return many ? "need the least" : "needs the least";
	return many ? "are fastest" : "is fastest";
}

/*
 * Appends the names of the strategies with this order and, if `lead` is true, of the strategy with
 * the lowest median.
 */
static void append_names(const struct answer *answer, enum answer_order order, bool lead, char *text)
{
	size_t left = answer->with[order] + lead;
	size_t all = left;

	for (size_t i = 0; i < answer->count; i++) {
		if (answer->strategy[i].order != order && !(lead && i == answer->least))
			continue;
		append(text, "%s%s", left == all ? "" : left == 1 ? " and " : ", ", answer->strategy[i].name);
		left--;
	}
}

/* Appends a median and, in brackets, `low` and `high` of the strategy. */
static void append_median(const struct answer *answer, const struct answer_strategy *strategy, char *text)
{
	char median[NUMBER_TEXT_MAX], low[NUMBER_TEXT_MAX], high[NUMBER_TEXT_MAX];

	append(text, "%s %s", answers_number(strategy->median, strategy->median, median), answer->unit);
	answers_number(strategy->low, strategy->median, low);
	answers_number(strategy->high, strategy->median, high);
	if (strcmp(low, high) != 0)
		append(text, " (%s to %s)", low, high);
}

char *answers_more_sentence(const struct answer *answer, const struct answer_strategy *strategy,
                            char text[ANSWER_TEXT_MAX])
{
	const int count = decimals(strategy);
	char cause[ANSWER_TEXT_MAX];

	text[0] = '\0';
	append(text, "%s needs %.*f times as many", strategy->name, count, strategy->ratio);
	if (strategy->ratio_low < strategy->ratio_high)
		append(text, " (%.*f to %.*f)", count, strategy->ratio_low, count, strategy->ratio_high);
	answers_cause(answer, strategy, SIZE_MAX, cause);
	append(text, "%s%s.", *cause ? ": " : "", cause);
	return text;
}

char *answers_sentence(const struct answers *answers, const struct answer *answer, char text[ANSWER_TEXT_MAX])
{
	const struct answer_strategy *least = &answer->strategy[answer->least];

	snprintf(text, ANSWER_TEXT_MAX, "To %s, ", answer->what);
	if (answer->count == 1) {
		append(text, "%s needs ", least->name);
		append_median(answer, least, text);
		append(text, ".");
		return text;
	}
	if (answer->with[ANSWER_SAME] + 1 == answer->count) {
		append(text, "all %zu strategies need the same: ", answer->count);
		append_median(answer, least, text);
		append(text, ".");
		return text;
	}
	append_names(answer, ANSWER_SAME, true, text);
	if (answer->with[ANSWER_OPEN] > 0)
		append(text, answer->with[ANSWER_SAME] > 0 ? " need " : " needs ");
	else
		append(text, " %s: ", verb(answers, answer->with[ANSWER_SAME] > 0));
	append_median(answer, least, text);
	if (answer->with[ANSWER_OPEN] > 0) {
		append(text, "; no difference from ");
		append_names(answer, ANSWER_OPEN, false, text);
		append(text, " is decided");
	}
	append(text, ".");
	return text;
}

static void append_pages(char *text, long long pages)
{
	append(text, "%lld page%s", pages, pages == 1 ? "" : "s");
}

/* Appends what `crossing` says. The subject of the sentence, the CR3 load, is already in `text`. */
static void append_crossing(const struct answer_crossing *crossing, char *text)
{
	if (crossing->from > 0) {
		append(text, "costs less than INVLPG from ");
		append_pages(text, crossing->from);
		append(text, " on");
	} else {
		append(text, "is not decided to cost less than INVLPG for any number of pages");
	}
	if (crossing->up_to > 0) {
		append(text, ", more up to ");
		append_pages(text, crossing->up_to);
	}
}

char *answers_flush_sentence(const struct answers *answers, char text[ANSWER_TEXT_MAX])
{
	const struct answer_flush *flush = &answers->flush;

	text[0] = '\0';
	if (flush->alone.measured) {
		append(text, "One CR3 load ");
		append_crossing(&flush->alone, text);
	}
	if (flush->refill.measured) {
		append(text, "%s",
		       flush->alone.measured ? "; with the pages read again, it "
		                             : "One CR3 load, with the pages read again, ");
		append_crossing(&flush->refill, text);
	}
	if (*text)
		append(text, ".");
	return text;
}
