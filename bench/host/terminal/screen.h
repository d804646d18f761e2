/* SPDX-License-Identifier: MIT */
/* The screen that a run ends with: its answers (answers.h), the verdicts, and the paths of the
 * results. */
#pragma once

#include "bench/host/answers/answers.h"
#include "bench/host/terminal/terminal.h"

#include <sqlite3.h>

#define SCREEN_LINES   45
#define SCREEN_COLUMNS 100 /* a narrower terminal gets fewer, but at least 80 */

/*
 * Prints the screen. If there is no room for all answers, leaves out the least important ones (with
 * the highest `rank`). An answer shows at most SCREEN_STRATEGIES strategies, or fewer if room is
 * short: those that need the least and the most, then presets, then others. `run_dir` is the folder
 * of the results. Returns false, and prints nothing, if the run measured nothing that the screen
 * shows, or after a message.
 */
bool screen_print(sqlite3 *db, const char *run_dir, const struct terminal *terminal);

#define SCREEN_STRATEGIES       6
#define SCREEN_STRATEGIES_LEAST 3 /* an answer may show this many even if room is short */

/* Part of screen_print(): the rows of the answers. */
struct screen_rows {
	const struct answers *answers;
	size_t width; /* columns of a line */
	bool colour;
	size_t strategies;   /* rows of an answer, at most */
	bool *is_shown;      /* for each answer */
	bool has_range;      /* there is a column of low and high values */
	bool headings_shown; /* the names of the columns have been printed */
};

/* Returns how many rows an answer takes. */
size_t screen_rows_of(const struct screen_rows *rows, const struct answer *answer);

/* Sets `has_range` to true if there are low and high values, and if these values and the causes
 * still have room when all answers are shown with SCREEN_STRATEGIES strategies. Also changes
 * `is_shown` and `strategies`. */
void screen_rows_choose_range(struct screen_rows *rows);

/* Prints the heading of a topic, and below it the answers that are shown; nothing if none is. */
void screen_rows_print(struct screen_rows *rows, enum answer_topic topic, FILE *out);
