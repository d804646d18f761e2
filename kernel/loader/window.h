/* SPDX-License-Identifier: MIT */
/* The loading window. window.c has the code that the loaders window and random share. */
#pragma once

#include "loader/loader.h"

#define WINDOW_PAGES (WINDOW_SIZE / PAGE_SIZE)

/*
 * Returns where the next window of `pages` (1 … WINDOW_PAGES) begins: page-aligned, in the range.
 */
uintptr_t window_place(size_t pages);
