/* SPDX-License-Identifier: MIT */
/* The answers in words. */
#define _GNU_SOURCE
#include "bench/host/answers/append.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define DECIMALS_APART 3 /* at most so many to show that two ratios differ */

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

int answers_decimals(const struct answer_strategy *strategy)
{
	const int most = strategy->order == ANSWER_MORE ? 5 : 3;
	const double low = fabs(strategy->ratio_low - 1);
	const double high = strategy->order == ANSWER_MORE ? low : fabs(strategy->ratio_high - 1);
	int count = 2;

	for (double smallest = 0.005;
	     count < most && ((low > 0 && low < smallest) || (high > 0 && high < smallest)); smallest /= 10)
		count++;
	return count > strategy->decimals ? count : strategy->decimals;
}

/* Returns true if the two ratios differ, but not in what answers_ratio() writes of them. */
static bool look_equal(const struct answer_strategy *a, const struct answer_strategy *b)
{
	char ratio[24], other[24];

	snprintf(ratio, sizeof ratio, "%.*f", answers_decimals(a), a->ratio);
	snprintf(other, sizeof other, "%.*f", answers_decimals(a), b->ratio);
	return fabs(a->ratio - b->ratio) > 1e-9 && strcmp(ratio, other) == 0;
}

void answers_set_decimals(struct answer *answer)
{
	for (size_t i = 0; i < answer->count; i++) {
		struct answer_strategy *strategy = &answer->strategy[i];

		for (size_t j = 0; j < answer->count && strategy->ratio > 0; j++)
			while (answers_decimals(strategy) < DECIMALS_APART &&
			       look_equal(strategy, &answer->strategy[j]))
				strategy->decimals = answers_decimals(strategy) + 1;
	}
}

/* Writes an end of the interval of a ratio. Writes "1" if the end is exactly 1. */
static void write_end(double end, int count, char text[24])
{
	snprintf(text, 24, "%.*f", end == 1 ? 0 : count, end);
}

char *answers_ratio(const struct answer_strategy *strategy, char text[NUMBER_TEXT_MAX])
{
	const int count = answers_decimals(strategy);
	char low[24], high[24];

	write_end(strategy->ratio_low, count, low);
	write_end(strategy->ratio_high, count, high);
	if (strategy->ratio == 0)
		snprintf(text, NUMBER_TEXT_MAX, "-");
	else if (strategy->order == ANSWER_LEAST || strategy->order == ANSWER_SAME)
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

char *answers_cause(const struct answer *answer, const struct answer_strategy *strategy, size_t width,
                    char text[ANSWER_TEXT_MAX])
{
	const double difference = strategy->median - answer->strategy[answer->least].median;
	char more[2 * NUMBER_TEXT_MAX];

	text[0] = '\0';
	for (size_t i = 0; i < strategy->parts && difference > 0; i++) {
		const double percent = round(100 * strategy->part[i].more / difference);

		if (i > 0 && percent <= 0)
			break;
		snprintf(more, sizeof more, "%s%s %.0f %%", i ? ", " : "", strategy->part[i].brief, percent);
		if (!append_within(width, more, text))
			break;
		if (i == 0 && (percent < 0 || percent > 100)) {
			snprintf(more, sizeof more, ", rest %.0f %%", 100 - percent);
			append_within(width, more, text);
			break;
		}
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
	const int count = answers_decimals(strategy);
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
 * Appends for how many pages the CR3 load costs less, for how many it costs more, and for how many
 * neither is decided (unless it never is decided that the load costs less). If `again` is
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
	if (crossing->from > 0 && crossing->open_low > 0) {
		append(text, " (not decided for ");
		if (crossing->open_low < crossing->open_high)
			append(text, "%lld to ", crossing->open_low);
		append_pages(text, crossing->open_high);
		append(text, ")");
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
		if (alone->from == refill->from && alone->up_to == refill->up_to &&
		    alone->open_low == refill->open_low && alone->open_high == refill->open_high) {
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
