/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/host/base/progress.h"
#include "bench/host/base/clock.h"
#include "bench/host/base/text.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define REWRITE_EVERY 0.2  /* seconds, on a terminal */
#define LINE_EVERY    10.0 /* seconds, elsewhere */

static bool shown; /* the progress line is on the screen */
static double began, last;
static enum progress_level level = PROGRESS_NORMAL;

void progress_set_level(enum progress_level chosen)
{
	level = chosen;
}

static bool is_terminal(void)
{
	const char *term = getenv("TERM");

	return isatty(STDERR_FILENO) && term && *term && strcmp(term, "dumb") != 0;
}

static bool has_colours(void)
{
	const char *no = getenv("NO_COLOR");

	return is_terminal() && !(no && *no);
}

static size_t terminal_width(void)
{
	struct winsize size;

	return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 20 ? size.ws_col : 80;
}

void progress_clear(void)
{
	if (shown)
		fputs("\r\033[K", stderr);
	shown = false;
}

static void write_line(const char *colour, const char *format, va_list arguments)
{
	char *text = NULL;

	progress_clear();
	if (vasprintf(&text, format, arguments) < 0)
		return;
	fprintf(stderr, "%s%s%s\n", colour, text_clean(text), *colour ? "\033[0m" : "");
	free(text);
}

void message(const char *format, ...)
{
	va_list arguments;

	if (level == PROGRESS_QUIET)
		return;
	va_start(arguments, format);
	write_line("", format, arguments);
	va_end(arguments);
}

void message_step(const char *format, ...)
{
	va_list arguments;

	if (level == PROGRESS_QUIET || (level == PROGRESS_NORMAL && is_terminal()))
		return;
	va_start(arguments, format);
	write_line("", format, arguments);
	va_end(arguments);
}

void message_detail(const char *format, ...)
{
	va_list arguments;

	if (level != PROGRESS_VERBOSE)
		return;
	va_start(arguments, format);
	write_line("", format, arguments);
	va_end(arguments);
}

void message_error(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	write_line(has_colours() ? "\033[31m" : "", format, arguments);
	va_end(arguments);
}

static void format_time(char *text, size_t size, double seconds)
{
	unsigned whole = (unsigned)seconds;

	if (whole >= 3600)
		snprintf(text, size, "%u:%02u:%02u", whole / 3600, whole / 60 % 60, whole % 60);
	else
		snprintf(text, size, "%u:%02u", whole / 60, whole % 60);
}

void progress_update(const char *what, double done, double left)
{
	double now = clock_seconds();
	bool terminal = is_terminal();
	char elapsed[16], text[16], part[16] = "", estimate[40] = "";
	char line[256];

	if (level == PROGRESS_QUIET)
		return;
	if (began <= 0)
		began = last = now;
	if (now - last < (terminal ? REWRITE_EVERY : LINE_EVERY))
		return;
	last = now;
	format_time(elapsed, sizeof elapsed, now - began);
	if (done >= 0)
		snprintf(part, sizeof part, "%3.0f %%  ", done * 100);
	if (left >= 0) {
		format_time(text, sizeof text, left);
		snprintf(estimate, sizeof estimate, ", about %s left", text);
	}
	snprintf(line, sizeof line, "%s%s elapsed%s  %s", part, elapsed, estimate, what);
	if (terminal) {
		size_t width = terminal_width();

		fprintf(stderr, "\r\033[K%.*s", (int)(width - 1), line);
		shown = true;
	} else {
		fprintf(stderr, "%s\n", line);
	}
}
