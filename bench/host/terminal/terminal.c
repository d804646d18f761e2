/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/host/terminal/terminal.h"
#include "bench/host/base/text.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define WIDTH_NARROWEST 40 /* columns; if the terminal reports fewer, 80 are assumed */

struct terminal terminal_open(FILE *out)
{
	struct terminal terminal = { .out = out };
	const char *no_colour = getenv("NO_COLOR");
	const char *type = getenv("TERM");
	const char *columns = getenv("COLUMNS");
	const bool is_terminal = isatty(fileno(out));
	struct winsize size;

	if (columns && strtoul(columns, NULL, 10) >= WIDTH_NARROWEST)
		terminal.width = strtoul(columns, NULL, 10);
	else if (is_terminal && ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col >= WIDTH_NARROWEST)
		terminal.width = size.ws_col;
	else if (is_terminal)
		terminal.width = 80;
	terminal.colour = is_terminal && !(no_colour && *no_colour) && type && strcmp(type, "dumb") != 0;
	return terminal;
}

size_t terminal_text_width(const char *text)
{
	size_t width = 0;

	for (; text && *text; text++)
		width += (*text & 0xC0) != 0x80;
	return width;
}

/*
 * Returns how many bytes of `text` to print on a line of `width` columns. That is the whole text if
 * it fits. Otherwise the line ends before the last space in these columns or, if there is none,
 * after `width` columns.
 */
static size_t fitting_bytes(const char *text, size_t width)
{
	size_t used = 0;
	size_t last_space = 0;
	size_t i;

	for (i = 0; text[i]; i++) {
		if ((text[i] & 0xC0) != 0x80 && used++ == width)
			return last_space > 0 ? last_space : i;
		if (text[i] == ' ')
			last_space = i;
	}
	return i;
}

size_t terminal_print_wrapped(const struct terminal *terminal, const char *text, size_t indent, size_t width)
{
	for (size_t lines = 1;; lines++) {
		size_t bytes = fitting_bytes(text, width);

		text_print(terminal->out, "%.*s\n", (int)bytes, text);
		text += bytes;
		while (*text == ' ')
			text++;
		if (!*text)
			return lines;
		fprintf(terminal->out, "%*s", (int)indent, "");
	}
}
