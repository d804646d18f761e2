/* SPDX-License-Identifier: MIT */
/* Rounding of numbers whose sum matters. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Turns `count` numbers of millionths into whole numbers whose sum is the rounded sum. Each result
 * is the difference of two rounded running sums, so it is off by less than 1, and 0 stays 0. */
void round_together(uint64_t *values, size_t count);
