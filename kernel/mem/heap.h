/* SPDX-License-Identifier: MIT */
/*
 * The kernel heap: objects of up to a page, in slabs of one frame each. Freeing the last object of
 * a slab frees the slab, so an empty heap holds no frames.
 */
#pragma once

#include <stddef.h>

/* Size classes of up to 32, 64, … 2048 bytes. Larger objects take a whole frame. */
#define HEAP_CLASSES  7
#define HEAP_SMALLEST 32

/*
 * Allocates `size` bytes (1 … 4096) in the direct map, 16-byte aligned, with undefined contents.
 * Returns NULL if out of memory, or if `size` is out of range.
 */
void *heap_alloc(size_t size);

/*
 * Frees an object; NULL is ignored. Panics if it detects that `object` is not on the heap. It does
 * not detect every double free.
 */
void heap_free(void *object);

/*
 * Numbers of slabs (one frame each), and of objects in each size class. Objects that take a whole
 * frame are not counted.
 */
struct heap_count {
	size_t slabs;
	size_t objects[HEAP_CLASSES];
};

/*
 * For tests: counts the objects on the heap, so that even a single leaked object is noticed. To be
 * fast, the allocator itself keeps no counts. So this function searches all frames for the headers
 * of slabs. If a program imitates such a header in one of its pages, the page is counted, too.
 */
void heap_count(struct heap_count *count);
