/* SPDX-License-Identifier: MIT */
/* Pseudo-random numbers. The seed determines them, and they are not secret. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Restarts the generator with `seed`, which must not be 0. */
void random_seed(uint64_t seed);

uint64_t random_number(void);

void random_numbers(uint64_t to[2]);

void random_bytes(void *to, size_t size);

/*
 * Returns the next number of xorshift64 (Marsaglia 2003), and changes the state, which must not be 0. For
 * code that needs numbers of its own: on other CPUs, or the same ones in every run.
 */
static inline uint64_t random_next(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}
