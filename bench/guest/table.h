/* SPDX-License-Identifier: MIT */
/*
 * A table on the console, for people who run the kernel without the harness: one line per row,
 * printed when the row ends. `table=off` on the command line, which the harness uses, turns it off.
 */
#pragma once

#include <stdbool.h>

#include "bench/guest/bench.h"

/* Prints the head of a table of `rows` rows, or turns the table off if the command line says so. */
void table_start(unsigned rows);

/* table_row() begins a row. table_sample() adds a sample to the row; `flags` are the flags in the
 * sample's record. */
void table_row(void);
void table_sample(const struct bench *b, const char *flags);

/*
 * End a row. table_skip() prints it as skipped. table_end_row() prints its samples. If the check
 * failed (`ok` is false), or if `detail` is not "-", it also prints the remark `detail`.
 */
void table_skip(const struct bench *b, const char *reason);
void table_end_row(const struct bench *b, bool ok, const char *detail);

/* Prints how many rows were measured, how many failed and how many were skipped. */
void table_finish(void);
