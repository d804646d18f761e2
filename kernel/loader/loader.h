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

#define LOAD_SEGMENTS_MAX 17 /* of an image, with its stack, in an array that may lie anywhere */
#define LOAD_SEGMENTS_MOST \
	(PAGE_SIZE / sizeof(struct load_segment)) /* in one from the kernel's heap: a page of them */

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

/* How the window is unmapped; other loaders ignore it. The note that proposed the window reloads CR3. */
enum loader_flush {
	LOADER_FLUSH_INVLPG, /* page by page */
	LOADER_FLUSH_CR3,    /* a CR3 load, once for each use */
};
void loader_set_flush(enum loader_flush flush);

/*
 * Maps the segments in `space`, which is not loaded in any CR3, and fills every page of them. More than LOAD_SEGMENTS_MAX of
 * them lie in the direct map. Interrupts may be on: what must not be interrupted turns them off itself. Returns 0, or -ENOMEM:
 * then the space holds a part of the image and can only be destroyed.
 */
int loader_load(struct address_space *space, const struct load_segment *segments, size_t count);

/*
 * NULL, or the second half of loading, which the new task does for itself: loader_load() has only
 * mapped, and the task calls this with the same segments before it enters user mode, under its own
 * CR3. It cannot fail.
 */
extern void (*const loader_fill_own)(struct address_space *space, const struct load_segment *segments,
                                     size_t count);

/* Page-table frames that the loader keeps for its window between loads. */
size_t loader_kept_tables(void);

/* Gives those frames back, where it can: the next load makes them again. */
void loader_trim(void);

/*
 * For experiments: the lock around the window, NULL when there is no window. It is held exactly while the window
 * is open.
 */
struct spinlock;
struct spinlock *loader_window_lock(void);

/* The number of places where the window may begin (1: fixed, 0: there is no window). */
uint64_t loader_places(void);

/*
 * Starts (true) or stops to measure how long the window's lock is held, interrupts off. Returns the
 * longest time since it was started, in TSC ticks; 0 where there is no window.
 */
uint64_t loader_measure_lock(bool on);
