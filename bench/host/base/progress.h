/* SPDX-License-Identifier: MIT */
/*
 * What a person sees while the benchmarks run, on stderr: one line that is rewritten on a terminal; elsewhere a
 * line when something begins or ends, and one every ten seconds.
 */
#pragma once

#include <stddef.h>

enum progress_level { PROGRESS_QUIET, PROGRESS_NORMAL, PROGRESS_VERBOSE };

/* Quiet: errors alone. Verbose: what message_detail says as well. Normal when never called. */
void progress_set_level(enum progress_level level);

/* Writes a message on a line of its own. */
__attribute__((format(printf, 1, 2))) void message(const char *format, ...);

/* The same for what only --verbose is to show. */
__attribute__((format(printf, 1, 2))) void message_detail(const char *format, ...);

/* The same for what goes wrong, however quiet; red on a terminal. */
__attribute__((format(printf, 1, 2))) void message_error(const char *format, ...);

/* Says how far the run is: `what` runs now, `done` of the whole is done (0 to 1). */
void progress_update(const char *what, double done);

/* Takes the rewritten line away. */
void progress_clear(void);
