/* SPDX-License-Identifier: MIT */
/* Declarations for the mutators, and their random numbers, which depend on libFuzzer's seed. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * LLVMFuzzerMutate() is libFuzzer's own mutator. If a target defines LLVMFuzzerCustomMutator(),
 * libFuzzer calls that function instead. Both change `bytes` in place and return the new size, at
 * most `most`.
 */
size_t LLVMFuzzerMutate(uint8_t *bytes, size_t size, size_t most);
size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t size, size_t most, unsigned seed);

struct mutation {
	uint64_t state;
};

/* Returns a random number below n, or 0 if n is 0. */
static inline uint64_t pick(struct mutation *m, uint64_t n)
{
	m->state = m->state * 6364136223846793005UL + 1442695040888963407UL;
	return n ? (m->state >> 20) % n : 0;
}
