/* SPDX-License-Identifier: MIT */
/*
 * random: each time the window is used, it begins at a newly chosen random page of the
 * WINDOW_RANDOM_RANGE bytes from WINDOW_BASE on.
 */
#include "lib/random.h"
#include "loader/window.h"

#define PLACES (WINDOW_RANDOM_RANGE / PAGE_SIZE)

uintptr_t window_place(size_t pages)
{
	uint64_t places = PLACES - pages + 1;

	/*
	 * The high half of the 128-bit product is a number below `places`, without a division and
	 * with negligible bias.
	 */
	return WINDOW_BASE + (uint64_t)(((unsigned __int128)random_number() * places) >> 64) * PAGE_SIZE;
}

uint64_t loader_places(void)
{
	return PLACES;
}
