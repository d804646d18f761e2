/* SPDX-License-Identifier: MIT */
/*
 * Loads images into address spaces that are not the current one.
 *
 * The build links exactly one value of the LOADER axis. The file of each value begins with a
 * description, and docs/architecture.md has a table of the values. fill.h and window.h declare code
 * that several values share.
 */
#pragma once

#include "vm/address_space.h"

/*
 * The most segments of an image, its stack included. LOAD_SEGMENTS_INLINE fit in the array inside
 * struct elf_plan, LOAD_SEGMENTS_MAX in an array that takes a page (elf_check_large()).
 */
#define LOAD_SEGMENTS_INLINE 17
#define LOAD_SEGMENTS_MAX    (PAGE_SIZE / sizeof(struct load_segment))

/*
 * Consecutive pages of a new image that have the same rights. Bytes outside the data are zeros. If
 * `flags` has REGION_NONE (vm/address_space.h), the region gets that flag, but the loader maps the
 * pages as readable.
 */
struct load_segment {
	uintptr_t start; /* page-aligned, in the user half */
	size_t pages;
	uint64_t flags;      /* PTE_WRITE, PTE_NX, REGION_*; never writable and executable */
	size_t data_offset;  /* where the data begins, in bytes from `start` */
	const uint8_t *data; /* address in kernel memory */
	size_t data_size;    /* bytes */
};

/*
 * Makes the page directory of the loader's window, if the loader has a window. Called once at boot,
 * after paging_init().
 */
void loader_init(void);

/*
 * Maps the segments in `space`, which no CPU has loaded, and fills all their pages unless the
 * loader defers that. If there are more than LOAD_SEGMENTS_INLINE segments, their array must be in
 * the direct map. Interrupts may be on. Returns 0, or -ENOMEM; after -ENOMEM the space has only a
 * part of the image, and the caller destroys the space.
 */
int loader_load(struct address_space *space, const struct load_segment *segments, size_t count);

/*
 * Returns true if loader_load() only maps the pages. The new task then fills them itself: before it
 * enters user mode, it calls loader_fill_own() with the same segments, under its own CR3.
 * loader_fill_own() cannot fail, and must not be called with other loaders.
 */
static inline bool loader_defers(void)
{
	extern const bool loader_is_deferring;

	return loader_is_deferring;
}

void loader_fill_own(struct address_space *space, const struct load_segment *segments, size_t count);

/* Frees the page tables that the loader keeps for its window. The next load makes new ones. */
void loader_trim(void);

/* Returns the number of addresses at which the window may begin: 1 if fixed, 0 without a window. */
uint64_t loader_places(void);
