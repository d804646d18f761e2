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
 *
 * fill.h and window.h hold what several values share.
 */
#pragma once

#include "mem/address_space.h"

#define LOAD_SEGMENTS_MAX 17 /* of an image, with its stack */

/* Pages of a new image that have the same rights. Bytes that are not data are zero. */
struct load_segment {
	uintptr_t start; /* page-aligned, in the user half */
	size_t pages;
	uint64_t flags;      /* PTE_WRITE, PTE_NX; never writable and executable */
	size_t data_offset;  /* of the data in the segment, bytes */
	const uint8_t *data; /* in kernel memory */
	size_t data_size;    /* bytes */
};

/* Once at boot, after paging_init(). `seed`: of the random window; 0 takes RDRAND or the TSC. */
void loader_init(uint64_t seed);

/*
 * Maps the segments in `space`, which is not loaded in any CR3, and fills every page of them (at most LOAD_SEGMENTS_MAX).
 * Interrupts must be off. Returns 0, or -ENOMEM: then the space holds a part of the image and can
 * only be destroyed.
 */
int loader_load(struct address_space *space, const struct load_segment *segments, size_t count);

/* Page-table frames that the loader keeps for its window between loads. */
size_t loader_kept_tables(void);

/* Gives those frames back, where it can: the next load makes them again. */
void loader_trim(void);

/* The number of places where the window may begin (1: fixed, 0: there is no window). */
uint64_t loader_places(void);
