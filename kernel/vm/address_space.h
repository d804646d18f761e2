/* SPDX-License-Identifier: MIT */
/*
 * Address spaces: a root with the tables of a user half, and the regions that are mapped there. The
 * calls here make, load and destroy a space; vm/regions.h has those of a running program.
 */
#pragma once

#include "mem/paging.h"
#include "mem/root.h"
#include "sched/rwlock.h"
#include "vm/backing.h"

#define REGIONS_INSIDE 8 /* regions that fit struct address_space itself */

/*
 * Flags of a region besides PTE_WRITE and PTE_NX, in bits that the processor ignores (SDM 3A 4.5).
 */
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
	uint64_t pml4; /* of the user half; physical */
	struct root root;
	uint32_t tables;          /* frame list of the user half's page tables */
	uintptr_t brk_start, brk; /* the program break: [brk_start, brk) */
	struct rwlock lock;       /* guards all that follows, and the page tables (vm/regions.h) */
	uint32_t count, room;
	uint32_t recent;       /* index of the last page fault's region: a hint, which may be out of date */
	uint32_t has_backings; /* a region has, or had, REGION_BACKED */
	struct region *more;   /* from the heap, when `room` is over REGIONS_INSIDE */
	struct region inside[REGIONS_INSIDE];
};

/* Makes a space with an empty user half. Returns 0 or -ENOMEM. */
int address_space_create(struct address_space *space);

/*
 * Maps `pages` new frames at `start` (page-aligned, in the user half, where nothing is mapped) with
 * `flags` (PTE_WRITE, PTE_NX, REGION_GROWS; never writable and executable). Their contents are
 * undefined: the caller fills all of them before user mode runs. Returns 0 or -ENOMEM; frames
 * mapped so far belong to the space and are freed with it.
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

/*
 * Puts the program break at the end of an image that has just been loaded: its last region is the
 * stack.
 */
void address_space_set_brk(struct address_space *space);

/*
 * Returns the number of frames that the space maps; those that it shares with others count in full.
 * Looks at the entry of every page.
 */
size_t address_space_resident(struct address_space *space);

/*
 * Frees every frame of the space, its tables and its root. No CPU has it loaded, so nothing is
 * flushed: with PCIDs, the first load of the next owner does that.
 */
void address_space_destroy(struct address_space *space);

static inline struct region *address_space_regions(struct address_space *space)
{
	return space->room > REGIONS_INSIDE ? space->more : space->inside;
}

/*
 * Returns the index of the first region that ends above `address`, or `count`. It may begin above
 * it, too.
 */
uint32_t address_space_find(struct address_space *space, uintptr_t address);

/*
 * address_space_reserve() makes room for `extra` more regions. Returns 0, or -ENOMEM: no memory, or
 * more than REGIONS_MAX regions. After that, address_space_open() makes a gap at `index`, which the
 * caller fills.
 */
#define REGIONS_MAX (PAGE_SIZE / sizeof(struct region))
int address_space_reserve(struct address_space *space, uint32_t extra);
struct region *address_space_open(struct address_space *space, uint32_t index);

/*
 * Iterates over the page-table entries of [*address, end), one table at a time; addresses without a
 * table are skipped. Returns the first entry of the next run and stores the number of its pages;
 * *address becomes the end of the run. Returns NULL at the end.
 */
pte_t *address_space_next_run(const struct address_space *space, uintptr_t *address, uintptr_t end,
                              size_t *pages);

/* Returns true if [address, address + size) lies in the user half. */
static inline bool user_range(uint64_t address, uint64_t size)
{
	return size <= USER_TOP && address <= USER_TOP - size;
}

/*
 * Copy between user memory of the loaded space and the kernel. Return 0, or -EFAULT if the range is
 * not in the user half, or not mapped with the rights needed; a part may have been copied.
 */
int copy_from_user(void *to, uint64_t from, size_t size);
int copy_to_user(uint64_t to, const void *from, size_t size);

/* Copies a string of at most `size` bytes with its NUL. Returns its length, -EFAULT or -E2BIG. */
long copy_string_from_user(char *to, uint64_t from, size_t size);
