/* SPDX-License-Identifier: MIT */
/*
 * A table for people on the console, a line for each row as it ends: for a run that no harness drives. `table=off` on the command line
 * turns it off, as the harness does.
 */
#pragma once

#include <stdbool.h>

#include "bench/guest/bench.h"

/* Prints the head of the table of `rows` rows, or turns it off. */
void table_start(unsigned rows);

/* A row begins; a sample of it was taken, with the flags of its record. */
void table_row(void);
void table_sample(const struct bench *b, const char *flags);

/* The row was left out; or it is over, and its check says `ok`, with what there is to say of it (or "-"). */
void table_skip(const struct bench *b, const char *reason);
void table_end_row(const struct bench *b, bool ok, const char *detail);

/* How many rows there were. */
void table_finish(void);
