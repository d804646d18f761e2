/* SPDX-License-Identifier: MIT */
/*
 * An address space is a root with the page tables of a user half, and a list of the regions that
 * are mapped there. The functions here create, fill and destroy spaces; vm/regions.h has those that
 * change the regions of a running program.
 */
#pragma once

#include "isolation/isolation.h"
#include "isolation/user_memory.h"
#include "mem/paging.h"
#include "mem/root.h"
#include "sched/rwlock.h"
#include "vm/backing.h"

#define REGIONS_INSIDE       8 /* regions that fit in struct address_space itself */

/*
 * Flags of a region besides PTE_WRITE and PTE_NX, in bits that the processor ignores (SDM 3A 4.5).
 */
#define REGION_GROWS         (1UL << 9)  /* the user stack: grows downwards, to USER_STACK_LIMIT */
#define REGION_NONE          (1UL << 10) /* no access at all */
#define REGION_BACKED        (1UL << 11) /* its pages are those of a backing, or copies of them */
/* Writes go to the backing, where others see them; fork() never copies a page. */
#define REGION_SHARED        (1UL << 52)
/* The region must not become writable: its file is open for reading only. */
#define REGION_NO_WRITE      (1UL << 53)
#define REGION_TO_PTE(flags) ((flags) & (PTE_WRITE | PTE_NX))

/*
 * Consecutive pages of user memory with the same rights. The pages of a program's image are present
 * from the start, except large ranges of zeros. Other pages get a frame, filled with zeros or from
 * the backing, when they are first used. Regions are sorted by address and never overlap.
 */
struct region {
	uintptr_t start;
	size_t pages;
	uint64_t flags; /* PTE_WRITE, PTE_NX, REGION_* */
	/* Only with REGION_BACKED; the region holds a reference. */
	struct backing *backing;
	size_t page; /* index of the backing's page that is mapped first */
};

static inline uintptr_t region_end(const struct region *region)
{
	return region->start + region->pages * PAGE_SIZE;
}

struct address_space {
	uint64_t pml4; /* physical address of the PML4 with the user half */
	struct root root;
	uint32_t tables;          /* frame list of the user half's page tables */
	uintptr_t brk_start, brk; /* the program break: [brk_start, brk) */
	struct rwlock lock;       /* guards all that follows, and the page tables (vm/regions.h) */
	uint32_t count, room;
	/* Index of the last page fault's region; a hint that may be out of date. */
	uint32_t recent;
	uint32_t has_backings; /* a region has, or had, REGION_BACKED */
	struct region *more;   /* heap array, used if `room` is above REGIONS_INSIDE */
	struct region inside[REGIONS_INSIDE];
};

/* Makes a space with an empty user half. Returns 0 or -ENOMEM. */
int address_space_create(struct address_space *space);

/*
 * Maps `pages` new frames at `start` (page-aligned, in the user half, where nothing is mapped) with
 * `flags` (PTE_WRITE, PTE_NX, REGION_GROWS; never both writable and executable). The frames'
 * contents are undefined: the caller fills all of them before user mode runs. Returns 0 or -ENOMEM;
 * frames mapped so far belong to the space and are freed with it.
 */
int address_space_map(struct address_space *space, uintptr_t start, size_t pages, uint64_t flags);

/*
 * Adds a region whose pages get frames when they are first used. If `flags` has REGION_BACKED, the
 * frames are filled from `backing`, from page number `page` on. Otherwise `backing` must be NULL,
 * and the frames are filled with zeros. The range must be unmapped. The space must be in no CPU's
 * CR3. The region takes its own reference to the backing. Returns 0 or -ENOMEM.
 */
int address_space_add(struct address_space *space, uintptr_t start, size_t pages, uint64_t flags,
                      struct backing *backing, size_t page);

/*
 * Appends the first `pages` pages of a backing to the stack, the last region of the lower half.
 * Nothing else may use the backing. The space becomes an owner of the pages' frames. The caller
 * drops the backing before the space runs. Returns what address_space_map() returns.
 */
int address_space_extend(struct address_space *space, struct backing *backing, size_t pages);

/*
 * Changes the flags of the region that begins at `start` to `flags`. All its pages must be present
 * and not shared. If the space is loaded, the caller flushes their TLB entries.
 */
void address_space_protect(struct address_space *space, uintptr_t start, uint64_t flags);

/*
 * Makes the region that begins at `start` inaccessible until mprotect() changes its rights. All its
 * pages must be present and not shared. The space may be loaded.
 */
void address_space_hide(struct address_space *space, uintptr_t start);

/*
 * Sets the program break to the end of the highest segment of an image that has just been loaded.
 * The stack must be the last region of the lower half.
 */
void address_space_set_brk(struct address_space *space);

/*
 * Returns the number of frames that the space maps. Frames that it shares with other spaces count
 * in full. Reads the entry of every page that has a page table.
 */
size_t address_space_resident(struct address_space *space);

/*
 * Frees all frames of the space, its page tables and its root. The space must be in no CPU's CR3,
 * so nothing is flushed here. With PCIDs, translations of the space may remain in the TLB. They are
 * flushed by the first load of the next space that gets the same PCID.
 */
void address_space_destroy(struct address_space *space);

static inline struct region *address_space_regions(struct address_space *space)
{
	return space->room > REGIONS_INSIDE ? space->more : space->inside;
}

/*
 * Returns the index of the first region that ends above `address`, or `count` if there is none. The
 * region may also begin above `address`.
 */
uint32_t address_space_find(struct address_space *space, uintptr_t address);

/*
 * address_space_reserve() makes room for `extra` more regions. Returns 0, or -ENOMEM if there is no
 * memory or there would be more than REGIONS_MAX regions. After that, address_space_open() inserts
 * a region at `index` and returns it; the caller fills it in.
 */
#define REGIONS_MAX (PAGE_SIZE / sizeof(struct region))
int address_space_reserve(struct address_space *space, uint32_t extra);
struct region *address_space_open(struct address_space *space, uint32_t index);

/*
 * Iterates over the page-table entries of [*address, end). A run is the part of these entries that
 * is in one page table. Each call returns the first entry of the next run, stores the run's number
 * of entries in *pages, and sets *address to the run's end. Skips addresses without a page table.
 * Returns NULL at the end.
 */
pte_t *address_space_next_run(const struct address_space *space, uintptr_t *address, uintptr_t end,
                              size_t *pages);

/*
 * For isolation_make_room(): returns the address of place `n` for `pages` pages. Place 0 is in the
 * middle of the largest gap between regions that both page tables leave free. Place n is
 * `n * pages` pages above place 0. Returns 0 if place `n` is not within the gap.
 */
static inline uintptr_t address_space_gap(void *argument, size_t pages, unsigned n)
{
	static const uintptr_t halves[][2] = { { ENTRY_WINDOW_LOWEST, USER_TOP },
		                               { ENTRY_WINDOW_UPPER, ENTRY_WINDOW_UPPER_TOP } };
	struct address_space *space = (struct address_space *)argument;
	const struct region *regions = address_space_regions(space);
	uintptr_t best = 0;
	size_t free = 0;

	for (unsigned half = 0; half < 1 + ISOLATION_UPPER_HALF; half++) {
		const uintptr_t top = halves[half][1];
		uintptr_t start = halves[half][0];

		for (uint32_t i = address_space_find(space, start); start < top; i++) {
			const bool is_last = i == space->count || regions[i].start >= top;
			const uintptr_t end = is_last ? top : regions[i].start;

			if (end > start && (end - start) / PAGE_SIZE > free) {
				free = (end - start) / PAGE_SIZE;
				best = start;
			}
			start = is_last ? top : region_end(&regions[i]);
		}
	}
	if (free < pages || (free - pages) / 2 + (n + 1) * pages > free)
		return 0;
	return best + ((free - pages) / 2 + n * pages) * PAGE_SIZE;
}

/*
 * ISOLATION may keep pages of its own in the user half. If any of these pages are in the range,
 * moves them to another place. The range need not be in a region. Returns 0, -ENOMEM, or -ENOSPC if
 * there is no other place for the pages.
 */
static inline int address_space_make_room(struct address_space *space, uintptr_t start, size_t pages)
{
	return isolation_make_room(&space->root, &space->tables, start, pages, address_space_gap, space);
}
