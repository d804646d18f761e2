/* SPDX-License-Identifier: MIT */
/* The answers in words. */
#define _GNU_SOURCE
#include "bench/host/answers/append.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

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
		snprintf(text, ANSWER_TEXT_MAX, "%s - %s%s", low, high, letter);
	return text;
}

/*
 * Returns how many decimals of a ratio to write: 2, or more if an end of the interval is not 1 but
 * would be rounded to 1. If the order is decided, there are up to 5, otherwise up to 3.
 */
static int decimals(const struct answer_strategy *strategy)
{
	const int most = strategy->order == ANSWER_MORE ? 5 : 3;
	const double low = fabs(strategy->ratio_low - 1);
	const double high = strategy->order == ANSWER_MORE ? low : fabs(strategy->ratio_high - 1);
	int count = 2;

	for (double smallest = 0.005;
	     count < most && ((low > 0 && low < smallest) || (high > 0 && high < smallest)); smallest /= 10)
		count++;
	return count;
}

/* Writes an end of the interval of a ratio. Writes "1" if the end is exactly 1. */
static void write_end(double end, int count, char text[24])
{
	snprintf(text, 24, "%.*f", end == 1 ? 0 : count, end);
}

char *answers_ratio(const struct answer_strategy *strategy, char text[NUMBER_TEXT_MAX])
{
	const int count = decimals(strategy);
	char low[24], high[24];

	write_end(strategy->ratio_low, count, low);
	write_end(strategy->ratio_high, count, high);
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

/* Returns a divisor and a letter, as scale_of(), for a difference and its parts. Differences are
 * smaller than medians: k is used from 10,000 on, not from 100,000. */
static double scale_of_difference(double difference, const char **letter)
{
	return scale_of(fabs(difference) >= 1e4 ? 10 * difference : difference, letter);
}

/* Appends `more` to the text. Returns false, with the text unchanged, if it would exceed `width`
 * columns. */
static bool append_within(size_t width, const char *more, char *text)
{
	if (strlen(text) + strlen(more) > width)
		return false;
	append(text, "%s", more);
	return true;
}

/* Writes the largest part and the sum of all other parts, with signs: "INVLPG +90 k, rest -11 k". */
static void write_signed(const struct answer_part *part, double difference, size_t width, char *text)
{
	const double rest = difference - part->more;
	char number[NUMBER_TEXT_MAX], more[4 * NUMBER_TEXT_MAX];
	const char *letter;
	const double scale = scale_of_difference(difference, &letter);

	digits(fabs(part->more), scale, number);
	snprintf(more, sizeof more, "%s %c%s%s", part->brief, part->more < 0 ? '-' : '+', number, letter);
	if (!append_within(width, more, text))
		return;
	digits(fabs(rest), scale, number);
	snprintf(more, sizeof more, ", rest %c%s%s", rest < 0 ? '-' : '+', number, letter);
	append_within(width, more, text);
}

char *answers_cause(const struct answer *answer, const struct answer_strategy *strategy, size_t width,
                    char text[ANSWER_TEXT_MAX])
{
	const double difference = strategy->median - answer->strategy[answer->least].median;
	char whole[NUMBER_TEXT_MAX], number[NUMBER_TEXT_MAX], more[4 * NUMBER_TEXT_MAX];
	const char *letter;
	const double scale = scale_of_difference(difference, &letter);

	text[0] = '\0';
	if (strategy->parts == 0)
		return text;
	digits(difference, scale, whole);
	digits(strategy->part[0].more, scale, number);
	if (strcmp(number, whole) == 0) {
		snprintf(more, sizeof more, "all %s%s: %s", whole, letter, strategy->part[0].brief);
		append_within(width, more, text);
		return text;
	}
	if (strategy->part[0].more < 0 || strategy->part[0].more > difference) {
		write_signed(&strategy->part[0], difference, width, text);
		return text;
	}
	snprintf(more, sizeof more, "%s%s of %s%s: %s", number, letter, whole, letter,
	         strategy->part[0].brief);
	if (strlen(more) > width)
		snprintf(more, sizeof more, "%s%s: %s", number, letter, strategy->part[0].brief);
	for (size_t i = 1; append_within(width, more, text) && i < strategy->parts; i++) {
		if (strategy->part[i].more < 0)
			break;
		snprintf(more, sizeof more, ", %s%s %s", digits(strategy->part[i].more, scale, number),
		         letter, strategy->part[i].brief);
	}
	return text;
}

/* Appends the difference and all of its parts, the rest included: " 379 more: 240 for TLB misses and
 * walks, 155 for data cache misses, 16 fewer for the rest". */
static void append_difference(const struct answer *answer, const struct answer_strategy *strategy, char *text)
{
	const double difference = strategy->median - answer->strategy[answer->least].median;
	char whole[NUMBER_TEXT_MAX], number[NUMBER_TEXT_MAX];
	double rest = difference;
	const char *letter;
	const double scale = scale_of_difference(difference, &letter);

	append(text, " %s%s more", digits(difference, scale, whole), letter);
	for (size_t i = 0; i < strategy->parts; i++) {
		const struct answer_part *part = &strategy->part[i];

		digits(fabs(part->more), scale, number);
		rest -= part->more;
		if (strategy->parts == 1 && part->more > 0 && strcmp(number, whole) == 0) {
			append(text, ", all for %s", part->what);
			return;
		}
		append(text, "%s %s%s%s for %s", i ? "," : ":", number, letter,
		       part->more < 0 ? " fewer" : "", part->what);
	}
	digits(fabs(rest), scale, number);
	if (strategy->parts > 0 && strcmp(number, "0") != 0)
		append(text, ", %s%s%s for the rest", number, letter, rest < 0 ? " fewer" : "");
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
	if (answer->times > 1)
		append(text, ", %s each time",
		       answers_number(strategy->median / answer->times, strategy->median / answer->times,
		                      median));
}

char *answers_more_sentence(const struct answer *answer, const struct answer_strategy *strategy,
                            char text[ANSWER_TEXT_MAX])
{
	const int count = decimals(strategy);
	char low[24], high[24];

	text[0] = '\0';
	if (strategy->ratio == 0) {
		append(text, "%s is not compared.", strategy->name);
		return text;
	}
	append(text, "%s needs %.*f times as many", strategy->name, count, strategy->ratio);
	write_end(strategy->ratio_low, count, low);
	write_end(strategy->ratio_high, count, high);
	if (strcmp(low, high) != 0)
		append(text, " [%s to %s]", low, high);
	if (strategy->order == ANSWER_MORE) {
		append(text, ",");
		append_difference(answer, strategy, text);
	} else if (strategy->order == ANSWER_OPEN) {
		append(text, flags_have(strategy->ratio_flags, "few") ? ": too few rounds to decide"
		                                                      : ": not decided");
	}
	append(text, ".");
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
		append(text, "; not decided whether ");
		append_names(answer, ANSWER_OPEN, false, text);
		append(text, answer->with[ANSWER_OPEN] > 1 ? " need more" : " needs more");
	}
	append(text, ".");
	return text;
}

static void append_pages(char *text, long long pages)
{
	append(text, "%lld page%s", pages, pages == 1 ? "" : "s");
}

/*
 * Appends for how many pages the CR3 load costs less, and for how many it costs more. If `again` is
 * true, the text already says that it costs less than INVLPG.
 */
static void append_crossing(const struct answer_crossing *crossing, bool again, char *text)
{
	if (crossing->from > 0) {
		append(text, "%sfrom ", again ? "" : "costs less than INVLPG of each page ");
		append_pages(text, crossing->from);
		append(text, " on");
	} else if (again) {
		append(text, "that is not decided for any number of pages");
	} else {
		append(text, "is not decided to cost less than INVLPG of each page, whatever their number");
	}
	if (crossing->up_to > 0) {
		append(text, ", more up to ");
		append_pages(text, crossing->up_to);
	}
}

char *answers_flush_sentence(const struct answers *answers, char text[ANSWER_TEXT_MAX])
{
	static const char reads[] = "with a read of each page after it";
	const struct answer_flush *flush = &answers->flush;
	const struct answer_crossing *alone = &flush->alone, *refill = &flush->refill;

	text[0] = '\0';
	if (!alone->measured && !refill->measured)
		return text;
	append(text, "One CR3 load");
	if (!alone->measured)
		append(text, ", %s,", reads);
	append(text, " ");
	append_crossing(alone->measured ? alone : refill, false, text);
	if (alone->measured && refill->measured) {
		if (alone->from == refill->from && alone->up_to == refill->up_to) {
			append(text, ", alone and %s", reads);
		} else {
			append(text, "; %s, %s", reads, alone->from > 0 ? "" : "it ");
			append_crossing(refill, alone->from > 0, text);
		}
	}
	if (answers->strategies > 1)
		append(text, " (so with all strategies; shown: %s)", flush->strategy);
	append(text, ".");
	return text;
}
