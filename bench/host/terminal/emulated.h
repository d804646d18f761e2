/* SPDX-License-Identifier: MIT */
/*
 * Prints the results of engine kvm-emulated, the real KVM on an emulated processor
 * (docs/kvm-emulated.md). Its times mean nothing.
 */
#pragma once

#include <stdio.h>

#include <sqlite3.h>

/*
 * Prints how many checks passed, which self-tests were skipped and why, and how many memory reads
 * page walks took. Omits what the run did not measure; prints nothing if it had no launch on this
 * engine.
 */
void emulated_print(sqlite3 *db, FILE *out);
