/* SPDX-License-Identifier: MIT */
/*
 * What programs do with their regions: mmap(), munmap(), mprotect(), mremap(), madvise(), brk() and fork(), and what
 * a page fault in one of them means. Ranges are whole pages of the user half. Neighbours that are alike become one region.
 *
 * All but address_space_fork()'s `to` act on the address space that is loaded, interrupts off, and flush what they
 * change from its TLB. Calls that fail have changed nothing.
 *
 * The space's lock is taken here: to read for a page fault and the questions, to write for all that changes regions or takes pages
 * away. A region that is returned stays as it is until the next call that changes some: today one task has a space.
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

/* Unmaps what there is in the range. Returns 0, or -ENOMEM when a region would be split and there is no room for its parts. */
int region_unmap(struct address_space *space, uintptr_t start, size_t pages);

/*
 * Gives the range other rights: PTE_WRITE, PTE_NX, REGION_NONE. -ENOMEM when a page of it is not mapped, or as above; -EACCES:
 * a file there may not be written.
 */
int region_protect(struct address_space *space, uintptr_t start, size_t pages, uint64_t flags);

/*
 * Forgets what is in the range: anonymous pages read as zeros again, those of files as the files are. -ENOMEM when a page of it
 * is not mapped, with the others forgotten.
 */
int region_discard(struct address_space *space, uintptr_t start, size_t pages);

/*
 * After a backing has become shorter: drops the space's pages of it from page `page` on, copies
 * too. An access there fails with -ENXIO until the backing is longer again. The space need not be
 * the loaded one; `loaded` says whether it is.
 */
void region_cut_backing(struct address_space *space, const struct backing *backing, size_t page, bool loaded);

/* The one region that all of the range is in, or NULL. */
const struct region *region_of_range(struct address_space *space, uintptr_t start, size_t pages);

/*
 * Moves a range that is in one region, pages and all, to `to`, where nothing is mapped and which does not meet it; what is there
 * becomes `room` pages long (`pages` or more). Returns 0, or -ENOMEM.
 */
int region_move(struct address_space *space, uintptr_t from, size_t pages, uintptr_t to, size_t room);

/* Whether every page of the range is in a region. */
bool region_is_whole(struct address_space *space, uintptr_t start, size_t pages);

/* Whether the range is in the user half and nothing is mapped in it. */
bool region_is_free(struct address_space *space, uintptr_t start, size_t pages);

/* The highest place below USER_MAP_TOP for so many pages, or 0. */
uintptr_t region_find_place(struct address_space *space, size_t pages);

/*
 * A page fault at `address`, with the error code that the CPU pushed (SDM 3A 4.7). Returns 0 when the instruction may be tried
 * again: the page got a frame, or a copy of its own. -EFAULT when the address is no one's, -EACCES when the access is not
 * allowed there, -ENXIO behind the last page of a file, -ENOMEM.
 */
#define FAULT_PRESENT (1UL << 0)
#define FAULT_WRITE   (1UL << 1)
#define FAULT_USER    (1UL << 2)
#define FAULT_FETCH   (1UL << 4)
int region_fault(struct address_space *space, uintptr_t address, uint64_t error);

/*
 * Fills the empty space `to` with a copy of `from`, which is loaded: frames are shared, and copied when one of both
 * writes. Returns 0, or -ENOMEM: then `to` holds a part and can only be destroyed, and `from` is as it was.
 */
int address_space_fork(struct address_space *to, struct address_space *from);
