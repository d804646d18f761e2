/* SPDX-License-Identifier: MIT */
/*
 * The kernel heap: objects of up to a page, in slabs of one frame each. A slab is freed with its
 * last object, so an empty heap holds no frames.
 */
#pragma once

#include <stddef.h>

#define HEAP_CLASSES  7 /* objects of up to 32, 64, … 2048 bytes; larger ones take a whole frame */
#define HEAP_SMALLEST 32

/*
 * Allocates `size` bytes (1 … 4096) in the direct map, 16-byte aligned, with undefined contents.
 * Returns NULL if out of memory, or if `size` is out of range.
 */
void *heap_alloc(size_t size);

/*
 * Frees an object; NULL is ignored. Panics if it is found not to be an object of the heap. Not
 * every double free is detected.
 */
void heap_free(void *object);

/*
 * The slabs, each a frame, and the objects of each class. Objects that take a whole frame are not
 * counted.
 */
struct heap_count {
	size_t slabs;
	size_t objects[HEAP_CLASSES];
};

/*
 * For tests: counts the objects on the heap, so that even a single leaked object is noticed. To
 * keep allocation fast, it searches all frames for slabs by their headers, and can be deceived by a
 * program that imitates one.
 */
void heap_count(struct heap_count *count);
