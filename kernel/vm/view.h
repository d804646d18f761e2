/* SPDX-License-Identifier: MIT */
/*
 * If a program has written a file, the file's frames may lie anywhere in memory. A view maps them
 * contiguously in the kernel half, read-only and not executable, so that the loader can read a
 * program from them. The view co-owns the frames: it shows later writes to the file, and keeps its
 * pages even if the file is truncated.
 */
#pragma once

#include "vm/backing.h"

/*
 * Maps the first `size` bytes of a backing; `size` must be from 1 to the size of the backing.
 * Returns the address of the first byte, or NULL if there is no memory or if VIEW_SLOTS views are
 * open.
 */
const void *view_open(const struct backing *backing, size_t size);

/* Closes a view that was opened with this size. */
void view_close(const void *bytes, size_t size);
