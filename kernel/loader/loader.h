/* SPDX-License-Identifier: MIT */
/*
 * Loading: how an image reaches an address space that is not loaded.
 *
 * The build links exactly one value of the LOADER axis:
 *
 *   loader_sandwich  load the new CR3, write through the user addresses, load the old CR3
 *   loader_window    map the new frames in a fixed range of the kernel's PDPT, copy, unmap
 *   loader_random    the same at a random page of that range
 *   loader_direct    write through the direct map of physical memory
 *   loader_self      the new task writes its own image when it first runs, under its own CR3
 *
 * fill.h and window.h hold what several values share.
 */
#pragma once

#include "vm/address_space.h"

/* Segments of an image, its stack included: in most plans, and in the largest, a page of the heap. */
#define LOAD_SEGMENTS_INLINE 17
#define LOAD_SEGMENTS_MAX    (PAGE_SIZE / sizeof(struct load_segment))

/* Pages of a new image that have the same rights. Bytes that are not data are zero. REGION_NONE is only passed on to the region. */
struct load_segment {
	uintptr_t start; /* page-aligned, in the user half */
	size_t pages;
	uint64_t flags;      /* PTE_WRITE, PTE_NX, REGION_*; never writable and executable */
	size_t data_offset;  /* of the data in the segment, bytes */
	const uint8_t *data; /* in kernel memory */
	size_t data_size;    /* bytes */
};

/* Once at boot, after paging_init(). */
void loader_init(void);

/*
 * Maps the segments in `space`, which no CPU has loaded, and fills every page of them unless the
 * loader defers that. If there are more than LOAD_SEGMENTS_INLINE, the array lies in the direct map.
 * Interrupts may be on. Returns 0, or -ENOMEM: the space then holds a part of the image and can only
 * be destroyed.
 */
int loader_load(struct address_space *space, const struct load_segment *segments, size_t count);

/*
 * Returns true if loader_load() only maps the pages, and the new task fills them itself: under its
 * own root, before it enters user mode, it calls loader_fill_own() with the same segments. That
 * cannot fail. Under other loaders loader_fill_own() is never called.
 */
static inline bool loader_defers(void)
{
	extern const bool loader_is_deferring;

	return loader_is_deferring;
}

void loader_fill_own(struct address_space *space, const struct load_segment *segments, size_t count);

/* Frees the page tables that the loader keeps for its window; the next load makes them again. */
void loader_trim(void);

/* The number of places where the window may begin: 1 if it is fixed, 0 if there is no window. */
uint64_t loader_places(void);
