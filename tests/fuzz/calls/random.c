/* SPDX-License-Identifier: MIT */
/* The random number generator xorshift64* (Vigna 2016). */
#include "tests/fuzz/calls/fuzz.h"

static uint64_t state;

void random_start(uint64_t seed)
{
	/* Scrambles the seed as SplitMix64 does, so that close seeds give unrelated numbers. */
	seed = (seed ^ seed >> 30) * 0xbf58476d1ce4e5b9;
	seed = (seed ^ seed >> 27) * 0x94d049bb133111eb;
	state = (seed ^ seed >> 31) | 1;
}

uint64_t random_number(void)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return state * 0x2545f4914f6cdd1d >> 8;
}
