/* SPDX-License-Identifier: MIT */
/* The loading window. window.c has the code that the loaders `window` and `random` share. */
#pragma once

#include "loader/loader.h"

#define WINDOW_PAGES (WINDOW_SIZE / PAGE_SIZE)

/*
 * Returns the address at which the next window of `pages` pages (1 … WINDOW_PAGES) begins:
 * page-aligned, at or above WINDOW_BASE. The whole window is in the WINDOW_RANDOM_RANGE bytes from
 * WINDOW_BASE on.
 */
uintptr_t window_place(size_t pages);
