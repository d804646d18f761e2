/* SPDX-License-Identifier: MIT */
/*
 * Messages and progress on stderr while images boot. On a terminal, progress is one line that is
 * rewritten. Otherwise it is a new line every ten seconds.
 */
#pragma once

#include <stddef.h>

enum progress_level { PROGRESS_QUIET, PROGRESS_NORMAL, PROGRESS_VERBOSE };

/* At PROGRESS_QUIET only errors are printed. At PROGRESS_VERBOSE details are printed too. */
void progress_set_level(enum progress_level level);

/* Writes a message and a newline, unless the level is quiet. */
__attribute__((format(printf, 1, 2))) void message(const char *format, ...);

/*
 * Writes a message about a step of the run, unless the level is quiet. At the normal level writes
 * nothing if stderr is a terminal, because the progress line shows the step there.
 */
__attribute__((format(printf, 1, 2))) void message_step(const char *format, ...);

/* Writes a message and a newline if the level is verbose. */
__attribute__((format(printf, 1, 2))) void message_detail(const char *format, ...);

/* Writes an error message and a newline at any level, in red if colours are used. */
__attribute__((format(printf, 1, 2))) void message_error(const char *format, ...);

/* Shows that `what` is running, which part of the run is done (0 to 1; negative: unknown), and how
 * many seconds are left (negative: unknown). */
void progress_update(const char *what, double done, double left);

/* Clears the progress line. */
void progress_clear(void);
