/* SPDX-License-Identifier: MIT */
/*
 * Detects memory that a test leaks, both frames and objects on the kernel's heap. Slabs count as
 * free frames, because the number of slabs depends on the order in which objects were allocated.
 */
#pragma once

#include <stddef.h>

#include "mem/heap.h"

struct memory {
	size_t free;   /* free frames */
	size_t beside; /* frames that are free or hold slabs */
	struct heap_count heap;
};

/* Records what is free now, after making the loader free its caches. */
void memory_note(struct memory *memory);

/*
 * Compares what is free now with what was recorded. Returns NULL if nothing differs, otherwise a
 * text that is valid until the next call.
 */
const char *memory_lost(const struct memory *before);

/*
 * Calls `run` repeatedly, with first, first + step, … frames free, up to but excluding `end`.
 * Returns NULL, or what was lost, as memory_lost() does.
 */
const char *run_in_shortage(size_t first, size_t end, size_t step, void (*run)(size_t left));
