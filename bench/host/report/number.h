/* SPDX-License-Identifier: MIT */
/*
 * Measured numbers as text, for tables, the report and figures. A number's flags (series.h) are
 * always shown with it, as marks or in words, so that no number looks more certain than it is.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define NUMBER_TEXT_MAX  80
#define NUMBER_MARKS_MAX 8
#define NUMBER_WORDS_MAX 240

struct number {
	double value, low, high; /* no interval is shown if both ends give the same text */
	const char *flags;       /* a comma list; NULL: none */
};

/* The parts of a number's text. */
struct number_text {
	char value[NUMBER_TEXT_MAX];
	char low[NUMBER_TEXT_MAX], high[NUMBER_TEXT_MAX]; /* "" if there is no interval */
	char marks[NUMBER_MARKS_MAX];
};

void number_write(const struct number *number, struct number_text *text);

/* Writes "1,234 [1,200 .. 1,300]?~" with the interval, or "1,234?~" without. */
void number_format(const struct number *number, bool interval, char *text, size_t size);

/*
 * Writes `value` with thousands separators, and with one decimal if it is not whole. Returns
 * `text`.
 */
char *number_digits(double value, char *text, size_t size);

/* Writes the marks of a comma list of flags, each once. Returns `marks`. */
char *number_marks(const char *flags, char marks[NUMBER_MARKS_MAX]);

/* Returns the flag of a mark, for its title in HTML, or NULL if there is none. */
const char *number_mark_flag(char mark);

/*
 * Writes the flags in words, such as "too few samples for an interval, spread over 5 %", or "".
 * Returns `words`.
 */
char *number_caveats(const char *flags, char words[NUMBER_WORDS_MAX]);

/*
 * Returns the description of an interval with these flags: "with 95 % confidence", unless there are
 * too few samples.
 */
const char *number_interval_meaning(const char *flags);

/* Writes the meaning of each mark, with `between` between two of them and no newline. */
void number_write_legend(FILE *out, const char *between);
