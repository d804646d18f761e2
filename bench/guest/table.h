/* SPDX-License-Identifier: MIT */
/*
 * A table for people on the console, for a run without the harness: one line per row, printed when
 * the row ends. `table=off` on the command line, which the harness uses, turns it off.
 */
#pragma once

#include <stdbool.h>

#include "bench/guest/bench.h"

/* Prints the head of the table of `rows` rows, or turns it off. */
void table_start(unsigned rows);

/* A row begins; a sample was taken, with the flags of its record. */
void table_row(void);
void table_sample(const struct bench *b, const char *flags);

/* The row was skipped; or it ended, with the result of its check and a remark on it (or "-"). */
void table_skip(const struct bench *b, const char *reason);
void table_end_row(const struct bench *b, bool ok, const char *detail);

/* Prints how many rows there were. */
void table_finish(void);
