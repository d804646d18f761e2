/* SPDX-License-Identifier: MIT */
/* Boots kernels in the level-1 environment (bench/level1/measure.sh), and stores what they show. */
#pragma once

#include "bench/host/engine/strategy.h"
#include "bench/host/store/store.h"

/* The engine of these launches, the number of CPUs whose stacks are measured, and the kernels' levels
 * of optimization. */
#define LEVEL1_ENGINE "level1"
#define LEVEL1_CPUS   8
extern const char *const level1_levels[]; /* ends with NULL */

/* Sets `strategy` to the build whose kernels, one of each level, need BOOT=level1 images. */
void level1_strategy(struct strategy *strategy);

/*
 * Boots the kernels, which takes minutes, and stores the rows in one launch. Stores nothing and prints
 * a message if a boot has no result. Returns 0 if the launch is complete, or -1.
 */
int level1_measure(struct store *store);

/* A row of the script's output. */
struct level1_row {
	char benchmark[64], parameter_unit[16], metric[32], unit[16];
	int64_t parameter, value;
};

/* Reads the row at the start of `line`. Returns false if the line has another form. */
bool level1_read_row(const char *line, struct level1_row *row);
