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
