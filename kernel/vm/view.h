/* SPDX-License-Identifier: MIT */
/*
 * The frames of a file that was written here may lie anywhere in memory. A view maps them side by
 * side in the kernel half, read-only and not executable, so that the loader can read a program from
 * them. It owns a share of each frame: writes to the file show through, and the view stays whole if
 * the file is cut off.
 */
#pragma once

#include "vm/backing.h"

/*
 * Maps the first `size` bytes of a backing, all of which exist, at least 1. Returns the address of
 * the first, or NULL if there is no memory or VIEW_SLOTS views are open.
 */
const void *view_open(const struct backing *backing, size_t size);

/* Closes a view that was opened with this size. */
void view_close(const void *bytes, size_t size);
