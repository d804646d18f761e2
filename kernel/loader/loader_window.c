/* SPDX-License-Identifier: MIT */
/* window: the window is always at WINDOW_BASE. */
#include "loader/window.h"

uintptr_t window_place(size_t pages)
{
	(void)pages;
	return WINDOW_BASE;
}

uint64_t loader_places(void)
{
	return 1;
}
