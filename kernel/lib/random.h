/* SPDX-License-Identifier: MIT */
/* Pseudo-random numbers. They are determined by the seed and not secret. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Starts the sequence of `seed`, which must not be 0. */
void random_seed(uint64_t seed);

uint64_t random_number(void);

void random_numbers(uint64_t to[2]);

void random_bytes(void *to, size_t size);
