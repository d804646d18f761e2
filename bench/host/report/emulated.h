/* SPDX-License-Identifier: MIT */
/* What a run on engine kvm-emulated showed: which checks passed, which self-tests were skipped and why, and how many reads a page walk takes there. */
#pragma once

#include <stdio.h>

#include <sqlite3.h>

/* Prints them; nothing when the run has no such launch, and no walks when none were counted. */
void emulated_print(sqlite3 *db, FILE *out);
