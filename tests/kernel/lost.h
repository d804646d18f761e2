/* SPDX-License-Identifier: MIT */
/*
 * What is free before and after a test: frames, and each object on the kernel's heap. A slab counts as free memory, for how many
 * slabs hold the same objects depends on the order in which they came.
 */
#pragma once

#include <stddef.h>

#include "mem/heap.h"

struct memory {
	size_t free;   /* frames */
	size_t beside; /* frames that are free or slabs */
	struct heap_count heap;
};

/* Notes what is free now. The loader gives back what it keeps first. */
void memory_note(struct memory *memory);

/* What is missing, or more than there was, since it was noted: NULL, or a text that stands until the next call. */
const char *memory_lost(const struct memory *before);

/* Calls `run` with `first`, `first` + `step` … frames free, below `end`. NULL, or what is lost after it; the text stands as above. */
const char *run_in_shortage(size_t first, size_t end, size_t step, void (*run)(size_t left));
