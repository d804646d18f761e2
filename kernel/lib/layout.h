/* SPDX-License-Identifier: MIT */
/*
 * The layout of a boot: where things lie in memory, and in which order benchmarks run. It is
 * determined by a seed, the number layout= on the command line. Seed 0, the default, gives the
 * fixed layout: layout_below() always returns 0, and nothing is shuffled.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The uses of random numbers. Each use has its own sequence of numbers. */
enum layout_use {
	LAYOUT_MODULES,
	LAYOUT_LINKS,
	LAYOUT_FRAMES,
	LAYOUT_STACKS,
	LAYOUT_HEAP,
	LAYOUT_ROWS,
};

/* Sets the seed. Must be called before any number is drawn. */
void layout_set_seed(uint64_t seed);
uint64_t layout_seed(void);

/*
 * Starts the sequence of `use`. The sequence depends only on the seed and `use`, not on what was
 * drawn before.
 */
void layout_begin(enum layout_use use);

/* Returns a random number from 0 to n - 1, or 0 in the fixed layout. n is from 1 to 2^32. */
size_t layout_below(size_t n);

/*
 * Fills `order` with the numbers from 0 to `count` - 1 in a random order, or in ascending order in
 * the fixed layout.
 */
void layout_order(uint16_t *order, size_t count);
