/* SPDX-License-Identifier: MIT */
#include "bench/bochs/rounding.h"

enum { MILLION = 1000000 };

void round_together(uint64_t *values, size_t count)
{
	uint64_t sum = 0, rounded = 0;

	for (size_t i = 0; i < count; i++) {
		uint64_t next;

		sum += values[i];
		next = (sum + MILLION / 2) / MILLION;
		values[i] = next - rounded;
		rounded = next;
	}
}
