/* SPDX-License-Identifier: MIT */
/*
 * run-bench.sh --import completes a profile of --calibrate with prices that can be measured only in
 * ring 0. The kernel measures them: an image of `make iso RUN=bench EXTRA='bench=micro.*'` boots on
 * the same processor, on the bare machine or as a guest of KVM. It prints a table on COM1. This
 * table is the file to import.
 */
#pragma once

#include <stddef.h>
#include <stdio.h>

enum { IMPORT_WHY = 240, IMPORT_PRICES = 8 };

/* A price in cycles of the core. */
struct import_price {
	const char *key; /* in the section [events] */
	const char *how;
	double value, low, high;
};

struct import {
	double ticks_per_cycle;
	size_t prices;
	struct import_price price[IMPORT_PRICES];
};

/*
 * Reads a table. `l1_cycles` is the latency of the first-level cache in cycles. The row
 * micro.chase.2m has the same latency in ticks. Their quotient is the number of ticks per cycle.
 * Leaves out a price if its rows are missing or the price computed is not above 0. Returns 0, or -1
 * with the reason in `why`.
 */
int import_read(struct import *import, FILE *in, double l1_cycles, char why[IMPORT_WHY]);

/*
 * Copies a profile line by line, and replaces the prices that `import` has. SYSCALL and SYSRET are
 * a pair, and so are INT and IRETQ. Of a pair only the sum of its two prices is measured. The
 * measured sum is divided in proportion to the pair's old prices. Returns how many prices were
 * replaced.
 */
size_t import_merge(const struct import *import, FILE *in, FILE *out);

/* Imports the table in `file` into the profile `name`. Returns the exit status: 0, or 2 after a
 * message if the table or the profile cannot be used. */
int import_run(const char *file, const char *name);
