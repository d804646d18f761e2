/* SPDX-License-Identifier: MIT */
/* random: the window begins at a random page of WINDOW_RANDOM_RANGE, drawn anew for each use. */
#include "cpu/cpu.h"
#include "loader/window.h"

#define PLACES (WINDOW_RANDOM_RANGE / PAGE_SIZE)

static uint64_t state;

void window_seed(uint64_t seed)
{
	state = seed;
	if (!state && cpu_features.rdrand)
		__asm__ volatile("rdrand %0" : "+r"(state) : : "cc");
	if (!state)
		state = timestamp() | 1;
}

/* xorshift64* (Marsaglia 2003; Vigna 2016): good enough to spread, not meant to keep secrets. */
static uint64_t next_random(void)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return state * 0x2545f4914f6cdd1dUL;
}

uintptr_t window_place(size_t pages)
{
	uint64_t places = PLACES - pages + 1;

	/* The high half of a product scales without a division and without visible bias. */
	return WINDOW_BASE + (uint64_t)(((unsigned __int128)next_random() * places) >> 64) * PAGE_SIZE;
}

uint64_t loader_places(void)
{
	return PLACES;
}
