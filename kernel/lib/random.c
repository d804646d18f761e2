/* SPDX-License-Identifier: MIT */
#include "lib/random.h"

#include "lib/string.h"

static uint64_t state = 1; /* guarded by the kernel lock (cpu/lock.h) */

void random_seed(uint64_t seed)
{
	state = seed;
}

/* xorshift64* (Marsaglia 2003; Vigna 2016). */
static inline uint64_t next(uint64_t *s)
{
	*s ^= *s >> 12;
	*s ^= *s << 25;
	*s ^= *s >> 27;
	return *s * 0x2545f4914f6cdd1dUL;
}

uint64_t random_number(void)
{
	return next(&state);
}

void random_numbers(uint64_t to[2])
{
	uint64_t s = state;

	to[0] = next(&s);
	to[1] = next(&s);
	state = s;
}

void random_bytes(void *to, size_t size)
{
	for (char *at = to; size;) {
		uint64_t number = random_number();
		size_t n = size < sizeof number ? size : sizeof number;

		memcpy(at, &number, n);
		at += n;
		size -= n;
	}
}
