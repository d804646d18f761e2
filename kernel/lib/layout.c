/* SPDX-License-Identifier: MIT */
/* See layout.h. Also compiled for the host, for the unit tests. */
#include "lib/layout.h"

#define GOLDEN 0x9e3779b97f4a7c15UL /* 2^64 divided by the golden ratio */

static uint64_t the_seed, state;

void layout_set_seed(uint64_t seed)
{
	the_seed = seed;
}

uint64_t layout_seed(void)
{
	return the_seed;
}

/* SplitMix64 (Steele, Lea and Flood 2014). Even consecutive seeds give unrelated sequences. */
static uint64_t next(void)
{
	uint64_t z = state += GOLDEN;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

void layout_begin(enum layout_use use)
{
	state = the_seed;
	state = next() + use;
	state = next();
}

size_t layout_below(size_t n)
{
	/*
	 * A product instead of a remainder: there is a draw for each frame, and in Bochs a 64-bit
	 * DIV takes 20 times as long as a MUL.
	 */
	return the_seed ? (next() >> 32) * n >> 32 : 0;
}

void layout_order(uint16_t *order, size_t count)
{
	for (size_t i = 0; i < count; i++)
		order[i] = (uint16_t)i;
	if (!the_seed)
		return;
	for (size_t i = count; i > 1; i--) {
		const size_t j = layout_below(i);
		const uint16_t swap = order[i - 1];

		order[i - 1] = order[j];
		order[j] = swap;
	}
}
