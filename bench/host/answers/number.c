/* SPDX-License-Identifier: MIT */
#include "bench/host/answers/number.h"
#include "bench/host/evaluate/series.h"

#include <math.h>
#include <string.h>

/*
 * Series and comparisons can have the flag `few`; comparisons can also have `range`. Both flags
 * mean that there is no 95 % interval.
 */
static const struct mark {
	const char *flag;
	char mark;
	const char *words;
} marks_of[] = {
	{ "few", '?', "too few rounds for an interval" }, { "range", '?', "too few rounds for an interval" },
	{ "unstable", '~', "quartiles over 5 % apart" },  { "outliers", '^', "outliers, kept" },
	{ "check-failed", '!', "a check failed" },        { "cut-short", '/', "cut short" },
};

#define MARKS (sizeof marks_of / sizeof marks_of[0])

char *number_digits(double value, char *text, size_t size)
{
	char digits[64];
	size_t used = 0;
	size_t whole;

	if (!(fabs(value) < 1e15)) { /* too large for separators, infinite, or NaN */
		snprintf(text, size, "%g", value);
		return text;
	}
	snprintf(digits, sizeof digits, value == floor(value) ? "%.0f" : "%.1f", value);
	whole = strcspn(digits, ".");
	for (size_t i = 0; digits[i] && used + 2 < size; i++) {
		if (i > 0 && i < whole && (whole - i) % 3 == 0 && digits[i - 1] != '-')
			text[used++] = ',';
		text[used++] = digits[i];
	}
	text[used] = '\0';
	return text;
}

char *number_marks(const char *flags, char marks[NUMBER_MARKS_MAX])
{
	size_t used = 0;

	marks[0] = '\0';
	for (size_t i = 0; flags && i < MARKS; i++) {
		if (!flags_have(flags, marks_of[i].flag) || strchr(marks, marks_of[i].mark))
			continue;
		marks[used++] = marks_of[i].mark;
		marks[used] = '\0';
	}
	return marks;
}

const char *number_mark_flag(char mark)
{
	for (size_t i = 0; i < MARKS; i++)
		if (marks_of[i].mark == mark)
			return marks_of[i].flag;
	return NULL;
}

char *number_caveats(const char *flags, char words[NUMBER_WORDS_MAX])
{
	char marks[NUMBER_MARKS_MAX];
	size_t used = 0;

	number_marks(flags, marks);
	words[0] = '\0';
	for (const char *mark = marks; *mark; mark++)
		for (size_t i = 0; i < MARKS; i++) {
			if (marks_of[i].mark != *mark)
				continue;
			used += (size_t)snprintf(words + used, NUMBER_WORDS_MAX - used, "%s%s",
			                         used ? ", " : "", marks_of[i].words);
			break;
		}
	return words;
}

const char *number_interval_meaning(const char *flags)
{
	if (flags && flags_have(flags, "range"))
		return "from the smallest to the largest quotient of any two samples";
	if (flags && flags_have(flags, "few"))
		return "in the rounds, which are too few for an interval";
	return "with 95 % confidence";
}

void number_write(const struct number *number, struct number_text *text)
{
	number_digits(number->value, text->value, sizeof text->value);
	number_digits(number->low, text->low, sizeof text->low);
	number_digits(number->high, text->high, sizeof text->high);
	if (strcmp(text->low, text->high) == 0)
		text->low[0] = text->high[0] = '\0';
	number_marks(number->flags, text->marks);
}

void number_format(const struct number *number, bool interval, char *text, size_t size)
{
	struct number_text parts;

	number_write(number, &parts);
	if (interval && *parts.low)
		snprintf(text, size, "%s [%s .. %s]%s", parts.value, parts.low, parts.high, parts.marks);
	else
		snprintf(text, size, "%s%s", parts.value, parts.marks);
}

void number_write_legend(FILE *out, const char *between)
{
	for (size_t i = 0; i < MARKS; i++)
		if (i == 0 || marks_of[i].mark != marks_of[i - 1].mark)
			fprintf(out, "%s%c %s", i ? between : "", marks_of[i].mark, marks_of[i].words);
}
