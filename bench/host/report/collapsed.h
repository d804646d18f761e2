/* SPDX-License-Identifier: MIT */
/* Collapsed stacks, the input of flame graph tools. */
#pragma once

#include <sqlite3.h>

/*
 * Writes <run_dir>/collapsed/<engine>/<strategy>/<benchmark>-<parameter>.folded for each row of the
 * table `stacks`, without its overhead: a line "frame;frame;frame N" per chain of calls. Without
 * rows nothing is created.
 *
 * Returns 0, or -1 after a message on stderr.
 */
int collapsed_write(sqlite3 *db, const char *run_dir);
