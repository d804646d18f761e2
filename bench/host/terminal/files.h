/* SPDX-License-Identifier: MIT */
/* Writes the texts that a run prints to files in its folder. */
#pragma once

#include <sqlite3.h>

/*
 * Writes all tables to tables.txt, without a limit of width, and the screen to answers.txt, 100
 * columns wide. Removes answers.txt if the run measured nothing that the screen shows. Returns 0,
 * or -1 after a message.
 */
int terminal_files_write(sqlite3 *db, const char *run_dir);
