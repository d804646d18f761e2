/* SPDX-License-Identifier: MIT */
/* The terminal or file that texts are printed to: its width and colours. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct terminal {
	FILE *out;
	size_t width; /* columns; 0: no limit */
	bool colour;
};

/*
 * Returns how to print to `out`. The width is the environment variable COLUMNS or, without it, the
 * terminal's width (80 if it reports none); widths below 40 are ignored. Without COLUMNS, output to
 * anything but a terminal has no limit of width. Colours are used only on a terminal, and only if
 * NO_COLOR is unset or empty.
 */
struct terminal terminal_open(FILE *out);

/* Returns the width of a UTF-8 text in columns, counting each character as one column. */
size_t terminal_text_width(const char *text);

/*
 * Prints text in lines of at most `width` columns, breaking at spaces. Indents all lines but the
 * first by `indent` columns; `width` does not include the indent. Returns the number of lines.
 */
size_t terminal_print_wrapped(const struct terminal *terminal, const char *text, size_t indent, size_t width);
