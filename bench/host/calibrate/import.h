/* SPDX-License-Identifier: MIT */
/*
 * run-bench.sh --import: puts prices that need ring 0 into a profile of --calibrate. They come from the
 * table that the kernel prints on COM1 when an image of `make iso RUN=bench EXTRA='bench=micro.*'` is
 * booted on the same processor, either without another operating system or as a guest of KVM.
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
 * Reads a table. `l1_cycles` is the latency of the first-level cache, in cycles: with it the table's
 * micro.chase.2m shows how many ticks a cycle has. A price whose rows are missing, failed, or say
 * nothing is left out. Returns 0, or -1 with the reason in `why`.
 */
int import_read(struct import *import, FILE *in, double l1_cycles, char why[IMPORT_WHY]);

/*
 * Copies a profile line by line, with the prices of `import` in place of those of the same keys. The
 * halves of a pair of which only the sum is measured (SYSCALL and SYSRET, INT and IRETQ) keep their
 * proportion. Returns how many prices were put in.
 */
size_t import_merge(const struct import *import, FILE *in, FILE *out);

/* Imports the table in `file` into the profile `name`. Returns the exit status: 2, after a message, if
 * the table or the profile cannot be used. */
int import_run(const char *file, const char *name);
