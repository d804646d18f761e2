/* SPDX-License-Identifier: MIT */
/* Rounding of numbers that belong together. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Turns millionths into whole numbers whose sum is the rounded sum. Each is the difference of two rounded running sums, so less
 * than 1 off, and 0 stays 0. */
void round_together(uint64_t *values, size_t count);
