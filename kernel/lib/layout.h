/* SPDX-License-Identifier: MIT */
/*
 * The layout of a boot: where things lie in memory, and in which order benchmarks run. The number
 * layout= on the command line determines it. Without layout=, or with 0, it is the fixed layout:
 * every number drawn is 0, and nothing is shuffled.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The uses of the numbers drawn. Each use has a sequence of its own. */
enum layout_use {
	LAYOUT_MODULES,
	LAYOUT_LINKS,
	LAYOUT_FRAMES,
	LAYOUT_STACKS,
	LAYOUT_HEAP,
	LAYOUT_ROWS,
};

/* Sets the seed, before anything is drawn. 0 is the fixed layout. */
void layout_set_seed(uint64_t seed);
uint64_t layout_seed(void);

/*
 * Starts the sequence of `use`. It depends only on the seed and `use`, not on what was drawn
 * before.
 */
void layout_begin(enum layout_use use);

/* Returns a random number from 0 to n - 1, or 0 in the fixed layout. n is at least 1. */
size_t layout_below(size_t n);

/*
 * Puts the numbers from 0 to `count` - 1 into a random order, or into ascending order if the layout
 * is fixed.
 */
void layout_order(uint16_t *order, size_t count);
