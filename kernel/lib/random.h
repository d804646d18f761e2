/* SPDX-License-Identifier: MIT */
/* Random numbers that spread well and keep no secrets: the same ones for the same seed. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* 0 takes RDRAND, or the TSC where there is none. */
void random_seed(uint64_t seed);

uint64_t random_number(void);

/* Two of them. */
void random_numbers(uint64_t to[2]);
void random_bytes(void *to, size_t size);
