/* SPDX-License-Identifier: MIT */
/*
 * Stacks in the text format of `perf script`, the input of FlameGraph's stackcollapse-perf.pl,
 * speedscope, inferno and others.
 */
#pragma once

#include "bench/host/engine/strategy.h"

#include <sqlite3.h>

/* A row has at most this many samples plus one for each of its chains of calls. */
#define PERF_SCRIPT_SAMPLES 1000

/* The rows to write: those whose benchmark matches a glob and whose strategy is in the list. */
struct perf_script_rows {
	const char *globs;                      /* separated by commas */
	const struct strategy_list *strategies; /* NULL: all */
};

/*
 * Writes <run_dir>/perf-script/<engine>/<strategy>/<benchmark>-<parameter>.linux-perf.txt for each
 * row of `rows` in the table `stacks` (schema.sql), without the overhead samples.
 *
 * A chain of calls is written as samples of one event, the table's metric. Each sample has a
 * period: the number of events that it stands for. The samples of a row have equal periods, except
 * the last sample of each chain: its period makes the chain's periods add up to the chain's value
 * in the table. The periods follow each other in time, with one event taken as one nanosecond; a
 * sample's time is the middle of its period. The name of the process is
 * <strategy>/<benchmark>-<parameter>. Addresses are 0, because the table has none.
 *
 * Returns the number of files, or -1 after a message.
 */
int perf_script_write(sqlite3 *db, const char *run_dir, const struct perf_script_rows *rows);
