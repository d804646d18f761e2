/* SPDX-License-Identifier: MIT */
/*
 * The kernel heap: small objects of up to a page, in slabs of one frame each. A slab that becomes
 * empty goes back to the frame allocator at once, so that nothing is kept after the last object.
 */
#pragma once

#include <stddef.h>

/*
 * `size` bytes (1 … 4096), 16-byte aligned, contents undefined, always in the direct map. NULL when
 * there is no memory or `size` is out of range.
 */
void *heap_alloc(size_t size);

/* Gives an object back; NULL is ignored. Panics when it is
 * seen not to be one of the heap's; that it was given back before is not always seen. */
void heap_free(void *object);
