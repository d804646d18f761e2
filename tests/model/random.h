/* SPDX-License-Identifier: MIT */
/* Pseudo-random numbers (xorshift64*) that are the same in every run. */
#pragma once

#include <stdint.h>

static inline uint64_t random_below(uint64_t end)
{
	static uint64_t state = 0x9E3779B97F4A7C15ULL;

	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return (state * 0x2545F4914F6CDD1DULL >> 16) % end;
}
