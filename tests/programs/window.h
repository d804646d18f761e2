/* SPDX-License-Identifier: MIT */
/* Where the kernel's entry window is (ISOLATION bouncing), for programs that use its addresses. */
#pragma once

#include "tests/programs/signals.h"

#define MOST_PAGES 3 /* the largest number of pages of the window in any build */

static int window_pages; /* pages of the window in this build; set by window() */

/*
 * Returns the address of the window. SYS_bench_next returns the sum of this address and of the
 * number of pages by which the window is smaller than MOST_PAGES.
 */
static uintptr_t window(void)
{
	const uintptr_t told = (uintptr_t)call(SYS_bench_next, 0, 0, 0);

	window_pages = MOST_PAGES - (int)(told % PAGE_SIZE);
	return told / PAGE_SIZE * PAGE_SIZE;
}

/* Returns true if the window has left the page. */
static int left(uintptr_t page)
{
	return page - window() >= (uintptr_t)window_pages * PAGE_SIZE;
}
