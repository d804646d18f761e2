/* SPDX-License-Identifier: MIT */
/*
 * Address spaces: a PML4 whose kernel half is shared, and the user regions below it. What programs do with
 * their regions is in vm/regions.h.
 */
#pragma once

#include "mem/paging.h"
#include "mem/root.h"
#include "sched/rwlock.h"
#include "vm/backing.h"

#define REGIONS_INSIDE 8 /* regions that need no memory of their own */

/* Flags of a region beside PTE_WRITE and PTE_NX, in bits that the processor ignores (SDM 3A 4.5). */
#define REGION_GROWS   (1UL << 9)  /* downwards, to USER_STACK_LIMIT: the user stack */
#define REGION_NONE    (1UL << 10) /* no access at all */
#define REGION_BACKED  (1UL << 11) /* its pages are those of a backing, or copies of them */
#define REGION_SHARED \
	(1UL << 52) /* writes go to the backing, where others see them; fork() never copies a page */
#define REGION_NO_WRITE      (1UL << 53) /* it may not become writable: the file is open for reading only */
#define REGION_TO_PTE(flags) ((flags) & (PTE_WRITE | PTE_NX))

/*
 * Whole pages of user memory with the same rights. Pages that a program was loaded into are
 * present, except for large ranges of zeros; the others get their frames, filled with zeros or from
 * the backing, when they are first used. Regions lie in ascending order and never overlap.
 */
struct region {
	uintptr_t start;
	size_t pages;
	uint64_t flags; /* PTE_WRITE, PTE_NX, REGION_* */
	/* With REGION_BACKED only: the region holds a reference. */
	struct backing *backing;
	size_t page; /* of the backing, the first one here */
};

static inline uintptr_t region_end(const struct region *region)
{
	return region->start + region->pages * PAGE_SIZE;
}

struct address_space {
	uint64_t pml4; /* that holds the user half; physical */
	struct root root;
	uint32_t tables; /* frame list of the user half's page tables */
	uintptr_t brk_start,
	        brk; /* the data that grows behind the image: its first byte, and the one behind its last */
	struct rwlock lock; /* of the regions and what they map (vm/regions.h) */
	uint32_t count, room;
	uint32_t recent;       /* region of the last page fault, if it still is one */
	uint32_t has_backings; /* there are, or were, regions with REGION_BACKED */
	struct region *more;   /* from the heap, when `room` is over REGIONS_INSIDE */
	struct region inside[REGIONS_INSIDE];
};

/* Makes a space with an empty user half. Returns 0 or -ENOMEM. */
int address_space_create(struct address_space *space);

/*
 * Maps `pages` new frames at `start` (page-aligned, in the user half, nothing there yet) with
 * `flags` (PTE_WRITE, PTE_NX, REGION_GROWS; never writable and executable). Their contents are undefined: the
 * caller must fill all of them before user mode runs. Returns 0 or -ENOMEM; what was mapped until
 * then belongs to the space and goes with it.
 */
int address_space_map(struct address_space *space, uintptr_t start, size_t pages, uint64_t flags);

/*
 * Adds a region whose pages come when they are used: those of `backing` from `page` on if `flags`
 * has REGION_BACKED, else zeros (`backing` is NULL). Nothing is mapped in the range, and the space
 * is not loaded. The region takes a reference of its own. Returns 0 or -ENOMEM.
 */
int address_space_add(struct address_space *space, uintptr_t start, size_t pages, uint64_t flags,
                      struct backing *backing, size_t page);

/*
 * Extends the last region upwards by the first `pages` pages of a backing that nobody else uses.
 * The space shares their frames as its own: the caller drops the backing before the space runs.
 * Returns as address_space_map() does.
 */
int address_space_extend(struct address_space *space, struct backing *backing, size_t pages);

/*
 * Changes the rights of the region that begins at `start`, all of it present and none of it shared,
 * to `flags`. If the space is the loaded one, the caller flushes the pages.
 */
void address_space_protect(struct address_space *space, uintptr_t start, uint64_t flags);

/*
 * Takes all access from the region that begins at `start`, all of it present and none of it shared,
 * until mprotect() gives some. The space may be the loaded one.
 */
void address_space_hide(struct address_space *space, uintptr_t start);

/* Makes the data that grows begin behind the image, which has just been loaded: its regions and a stack above. */
void address_space_set_brk(struct address_space *space);

/* Frames that the space maps now; those that it shares with others count in full. It takes as many steps as there are pages. */
size_t address_space_resident(struct address_space *space);

/* Frees every frame of the space, its tables and its PML4. It must not be loaded in any CR3. */
void address_space_destroy(struct address_space *space);

static inline struct region *address_space_regions(struct address_space *space)
{
	return space->room > REGIONS_INSIDE ? space->more : space->inside;
}

/* Index of the first region that ends above `address`, which need not begin below it; `count` when there is none. */
uint32_t address_space_find(struct address_space *space, uintptr_t address);

/*
 * Opens a place for a region at `index`, to be filled by the caller. -ENOMEM when there is no memory or there are
 * REGIONS_MAX of them. address_space_reserve() says beforehand whether `extra` more will fit, and makes that sure.
 */
#define REGIONS_MAX (PAGE_SIZE / sizeof(struct region))
int address_space_reserve(struct address_space *space, uint32_t extra);
struct region *address_space_open(struct address_space *space, uint32_t index);

/*
 * The entries of the pages of [*address, end) as far as one table holds them, `*pages` of them, and moves *address behind them; what
 * has no table is skipped. NULL at the end.
 */
pte_t *address_space_next_run(const struct address_space *space, uintptr_t *address, uintptr_t end,
                              size_t *pages);

/* True when [address, address + size) lies in the user half. */
static inline bool user_range(uint64_t address, uint64_t size)
{
	return size <= USER_TOP && address <= USER_TOP - size;
}

/*
 * Copies between user memory of the loaded address space and the kernel. Return 0, or -EFAULT
 * when the range is not the user's or is not mapped with the rights needed; part may have been
 * copied then.
 */
int copy_from_user(void *to, uint64_t from, size_t size);
int copy_to_user(uint64_t to, const void *from, size_t size);

/* Copies a string of at most `size` bytes with its NUL. Returns its length, -EFAULT or -E2BIG. */
long copy_string_from_user(char *to, uint64_t from, size_t size);
