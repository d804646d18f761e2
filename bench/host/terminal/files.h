/* SPDX-License-Identifier: MIT */
/* The texts that a run prints, as files in its folder. */
#pragma once

#include <sqlite3.h>

/*
 * Writes all tables to tables.txt, of any width, and the screen to answers.txt, 100 columns wide;
 * removes answers.txt if the run measured nothing that the screen shows. Returns 0, or -1 after a
 * message.
 */
int terminal_files_write(sqlite3 *db, const char *run_dir);
