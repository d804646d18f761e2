/* SPDX-License-Identifier: MIT */
/*
 * The kernel heap: small objects of up to a page, in slabs of one frame each. A slab that becomes
 * empty goes back to the frame allocator at once, so that nothing is kept after the last object.
 */
#pragma once

#include <stddef.h>

#define HEAP_CLASSES  7 /* of objects up to 32, 64 … 2048 bytes; more takes a whole frame */
#define HEAP_SMALLEST 32

/*
 * `size` bytes (1 … 4096), 16-byte aligned, contents undefined, always in the direct map. NULL when
 * there is no memory or `size` is out of range.
 */
void *heap_alloc(size_t size);

/* Gives an object back; NULL is ignored. Panics when it is
 * seen not to be one of the heap's; that it was given back before is not always seen. */
void heap_free(void *object);

/* What is on the heap: slabs, each a frame, and objects by class. Whole frames are not among them. */
struct heap_count {
	size_t slabs;
	size_t objects[HEAP_CLASSES];
};

/*
 * Counts, for tests: what is lost is seen object by object, and not only when it fills another slab. It looks at every frame of the
 * machine, so that allocation need not count, and takes a frame for a slab whose first bytes are a slab's: a program can
 * imitate one.
 */
void heap_count(struct heap_count *count);
