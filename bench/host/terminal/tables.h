/* SPDX-License-Identifier: MIT */
/* Prints all results as text tables. */
#pragma once

#include "bench/host/terminal/terminal.h"

#include <sqlite3.h>

/*
 * Prints the medians of each engine in tables, then the longest stretches with interrupts off, what
 * kvm-emulated ran, the verdicts on the claims, drift, and what depends on the compiler. A table has
 * a row per benchmark and parameter, and a column per strategy that the user asked for. If a run on
 * Bochs has modelled cycles, their table precedes the table of instructions. A benchmark that lacks
 * the engine's main metric has a row per metric.
 *
 * A table that is wider than the terminal is printed without intervals. If it is still too wide,
 * its columns are split over several tables. If `all` is not set, claims that the run did not
 * measure are only counted.
 */
void tables_print(sqlite3 *db, const struct terminal *terminal, bool all);
