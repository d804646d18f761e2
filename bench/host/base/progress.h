/* SPDX-License-Identifier: MIT */
/*
 * Progress on stderr while benchmarks run. On a terminal it is one line that is rewritten;
 * otherwise a line is printed when something begins or ends, and every ten seconds.
 */
#pragma once

#include <stddef.h>

enum progress_level { PROGRESS_QUIET, PROGRESS_NORMAL, PROGRESS_VERBOSE };

/* Quiet: errors only. Verbose: message_detail() too. The default is normal. */
void progress_set_level(enum progress_level level);

/* Writes a message on a line of its own. */
__attribute__((format(printf, 1, 2))) void message(const char *format, ...);

/* Writes a message if --verbose is on. */
__attribute__((format(printf, 1, 2))) void message_detail(const char *format, ...);

/* Writes an error message, even with --quiet; red on a terminal. */
__attribute__((format(printf, 1, 2))) void message_error(const char *format, ...);

/* Shows progress: `what` runs now, and `done` (0 to 1) of the run is complete. */
void progress_update(const char *what, double done);

/* Clears the progress line. */
void progress_clear(void);
