/* SPDX-License-Identifier: MIT */
/*
 * Results of engine kvm-emulated: which checks passed, which self-tests were skipped and why, and
 * how many reads a page walk takes there.
 */
#pragma once

#include <stdio.h>

#include <sqlite3.h>

/*
 * Prints them. Prints nothing if the run has no launch on this engine, and no walks if none were
 * counted.
 */
void emulated_print(sqlite3 *db, FILE *out);
