/* SPDX-License-Identifier: MIT */
/*
 * Detects frames and kernel heap objects that a test leaks. A frame that holds a slab counts as
 * free, because the number of slabs depends on the order in which objects were allocated.
 */
#pragma once

#include <stddef.h>

#include "mem/heap.h"

struct memory {
	size_t free;   /* number of free frames */
	size_t beside; /* number of frames that are free or hold slabs */
	struct heap_count heap;
};

/* Makes the loader free its caches, then records the free frames and the heap's objects. */
void memory_note(struct memory *memory);

/*
 * Compares the free frames and heap objects with the record `before`. Returns NULL if they are
 * equal, otherwise a text that names the differences and is valid until the next call.
 */
const char *memory_lost(const struct memory *before);

/*
 * Calls run(n) for n = first, first + step, … below `end`, each time with n frames free. Returns
 * NULL, or the leak that memory_lost() reports.
 */
const char *run_in_shortage(size_t first, size_t end, size_t step, void (*run)(size_t left));
