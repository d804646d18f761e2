/* SPDX-License-Identifier: MIT */
/* The loading window: what window and random share, all but the place (window.c). */
#pragma once

#include "loader/loader.h"

#define WINDOW_PAGES (WINDOW_SIZE / PAGE_SIZE)

/* Where the next window of `pages` (1 … WINDOW_PAGES) begins: page-aligned, within the range. */
uintptr_t window_place(size_t pages);
