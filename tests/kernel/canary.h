/* SPDX-License-Identifier: MIT */
/*
 * Canaries: words in a function's stack frame. A test fills them. Then other code runs on the same
 * stack: a function that the test calls, or the handler of an interrupt. At the end the test checks
 * that no canary has been overwritten.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define CANARIES 24

static inline void fill(volatile uint64_t *canaries)
{
	for (uint64_t i = 0; i < CANARIES; i++)
		canaries[i] = ~i << 32 | i;
}

static inline bool intact(const volatile uint64_t *canaries)
{
	for (uint64_t i = 0; i < CANARIES; i++)
		if (canaries[i] != (~i << 32 | i))
			return false;
	return true;
}
