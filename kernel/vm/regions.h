/* SPDX-License-Identifier: MIT */
/*
 * Regions of a running program: mmap(), munmap(), mprotect(), mremap(), madvise(), brk() and
 * fork(), and page faults. Ranges are whole pages of the user half. Adjacent regions that are alike
 * are merged.
 *
 * The space is the loaded one unless a call says otherwise, and its TLB is flushed of what changes.
 * A call that fails has changed nothing.
 *
 * These calls take the space's lock: for reading in page faults and queries, for writing if they
 * change regions or unmap pages. A page fault changes a page's entry under the read lock: with two
 * tasks of one space the entry needs a lock of its own. A region that is returned stays valid until
 * the next call that changes regions; only one task has the space today.
 */
#pragma once

#include "vm/address_space.h"

/*
 * Maps pages of `backing` from `page` on, or anonymous memory if it is NULL, and replaces whatever
 * was in the range. With REGION_SHARED writes go to the backing, else to copies. The region takes a
 * reference of its own. Returns 0, or -ENOMEM: no memory, or too many regions.
 */
int region_map_backing(struct address_space *space, uintptr_t start, size_t pages, uint64_t flags,
                       struct backing *backing, size_t page);

static inline int region_map(struct address_space *space, uintptr_t start, size_t pages, uint64_t flags)
{
	return region_map_backing(space, start, pages, flags, NULL, 0);
}

/*
 * Unmaps what is mapped in the range. Returns 0, or -ENOMEM if there is no room for the parts of a
 * split region.
 */
int region_unmap(struct address_space *space, uintptr_t start, size_t pages);

/*
 * Changes the rights of the range to `flags`: PTE_WRITE, PTE_NX, REGION_NONE. Returns 0; -ENOMEM if
 * a page of it is not mapped, or as above; or -EACCES if a region with REGION_NO_WRITE would become
 * writable.
 */
int region_protect(struct address_space *space, uintptr_t start, size_t pages, uint64_t flags);

/*
 * Drops the pages of the range: anonymous ones read as zeros again, others as their backing.
 * Returns 0, or -ENOMEM if a page of the range is not mapped; the others are dropped all the same.
 */
int region_discard(struct address_space *space, uintptr_t start, size_t pages);

/*
 * After a backing has become shorter: drops the space's pages of it from page `page` on, copies
 * too. An access there fails with -ENXIO until the backing is longer again. The space need not be
 * the loaded one; `loaded` says whether it is.
 */
void region_cut_backing(struct address_space *space, const struct backing *backing, size_t page, bool loaded);

/* Returns the region that holds the whole range, or NULL. */
const struct region *region_of_range(struct address_space *space, uintptr_t start, size_t pages);

/*
 * Moves a range that lies in one region, with its pages, to `to`, and makes it `room` pages long
 * (`pages` or more). Nothing is mapped there, and the two do not overlap. Returns 0 or -ENOMEM.
 */
int region_move(struct address_space *space, uintptr_t from, size_t pages, uintptr_t to, size_t room);

/* Returns true if every page of the range is in a region. */
bool region_is_whole(struct address_space *space, uintptr_t start, size_t pages);

/* Returns true if the range is in the user half and nothing is mapped in it. */
bool region_is_free(struct address_space *space, uintptr_t start, size_t pages);

/* Returns the highest free address below USER_MAP_TOP for `pages` pages, or 0. */
uintptr_t region_find_place(struct address_space *space, size_t pages);

/*
 * Handles a page fault at `address`; `error` is the code that the CPU pushed (SDM 3A 4.7). Returns
 * 0 if the instruction can be tried again: the page has got a frame, or a copy of its own. Fails
 * with -EFAULT if no region holds the address, -EACCES if the region does not allow the access,
 * -ENXIO if the page is past the end of its backing, or -ENOMEM.
 */
#define FAULT_PRESENT (1UL << 0)
#define FAULT_WRITE   (1UL << 1)
#define FAULT_USER    (1UL << 2)
#define FAULT_FETCH   (1UL << 4)
int region_fault(struct address_space *space, uintptr_t address, uint64_t error);

/*
 * Makes the empty space `to`, which is not loaded, a copy of `from`, which is: they share the
 * frames, and either copies one before it writes. Returns 0, or -ENOMEM: `to` then holds a part and
 * can only be destroyed, and `from` is unchanged.
 */
int address_space_fork(struct address_space *to, struct address_space *from);
