/* SPDX-License-Identifier: MIT */
/* The page report.html of a run of `measure`: what the kernel spends. */
#pragma once

#include <sqlite3.h>

/* Writes the page from the tables summary, functions, launches and environment. Returns 0, or -1 after
 * a message. */
int page_write(sqlite3 *db, const char *folder);
