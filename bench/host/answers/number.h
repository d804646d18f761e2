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
	const char *flags;       /* separated by commas; NULL: none */
};

/* The parts of a number's text. */
struct number_text {
	char value[NUMBER_TEXT_MAX];
	char low[NUMBER_TEXT_MAX], high[NUMBER_TEXT_MAX]; /* "" if there is no interval */
	char marks[NUMBER_MARKS_MAX];
};

/* Converts a number to the parts of its text. */
void number_write(const struct number *number, struct number_text *text);

/*
 * Writes a number as one text of at most `size` bytes: "1,234 [1,200 .. 1,300]?~" if `interval` is
 * true, otherwise "1,234?~".
 */
void number_format(const struct number *number, bool interval, char *text, size_t size);

/*
 * Writes `value` with thousands separators, and with one decimal if it is not whole. Returns
 * `text`.
 */
char *number_digits(double value, char *text, size_t size);

/* Writes the mark of each flag in `flags`, a list separated by commas; writes each mark only once.
 * Returns `marks`. */
char *number_marks(const char *flags, char marks[NUMBER_MARKS_MAX]);

/* Returns the first flag that is shown as this mark, or NULL if no flag is. */
const char *number_mark_flag(char mark);

/*
 * Writes the flags in words, such as "too few rounds for an interval, quartiles over 5 % apart", or "".
 * Returns `words`.
 */
char *number_caveats(const char *flags, char words[NUMBER_WORDS_MAX]);

/*
 * Returns words that say what the interval of a number with these flags is: "with 95 % confidence"
 * or, if there are too few rounds for that, what the ends of the interval are.
 */
const char *number_interval_meaning(const char *flags);

/* Writes every mark with its meaning. `between` separates them; no newline follows the last. */
void number_write_legend(FILE *out, const char *between);
