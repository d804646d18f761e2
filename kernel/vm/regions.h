/* SPDX-License-Identifier: MIT */
/*
 * The regions of a running program, for mmap(), munmap(), mprotect(), mremap(), madvise(), brk(),
 * fork() and page faults. Ranges are whole pages of the user half. Adjacent regions with equal
 * flags and adjoining pages of the same backing are merged.
 *
 * The space is the loaded one unless a function says otherwise. Changed pages are flushed from the
 * TLB. A function that fails has changed nothing, unless it says otherwise.
 *
 * These functions take the space's lock: for reading in page faults and queries, for writing if
 * they change regions or unmap pages. No holder of the lock waits or yields, and there is one CPU: so
 * threads of one space never wait for the lock, page faults may change page-table entries under the
 * read lock, and a returned region is valid until the task waits or changes regions. On several CPUs
 * the entries would need a lock of their own.
 */
#pragma once

#include "vm/address_space.h"

/*
 * Maps pages of `backing` from page number `page` on, or anonymous memory if `backing` is NULL, and
 * replaces whatever was in the range. Writes go to the backing if `flags` has REGION_SHARED, else
 * to private copies of its pages. The region takes its own reference. Returns 0, or -ENOMEM if
 * there is no memory or there are too many regions.
 */
int region_map_backing(struct address_space *space, uintptr_t start, size_t pages, uint64_t flags,
                       struct backing *backing, size_t page);

/* Maps anonymous memory as region_map_backing() does. */
static inline int region_map(struct address_space *space, uintptr_t start, size_t pages, uint64_t flags)
{
	return region_map_backing(space, start, pages, flags, NULL, 0);
}

/*
 * Unmaps everything in the range. Returns 0, or -ENOMEM if there is no room for the parts of a
 * split region.
 */
int region_unmap(struct address_space *space, uintptr_t start, size_t pages);

/*
 * Changes the rights of the range to `flags`: PTE_WRITE, PTE_NX, REGION_NONE. Returns 0; -EACCES if
 * a region with REGION_NO_WRITE would become writable; -ENOMEM if a page of the range is in no
 * region, or if there is no room for the parts of a split region.
 */
int region_protect(struct address_space *space, uintptr_t start, size_t pages, uint64_t flags);

/*
 * Drops the pages of the range. Afterwards anonymous pages have zeros again, and pages with a
 * backing have its contents. Returns 0, or -ENOMEM if a page of the range is in no region; even
 * then, all pages that are in a region are dropped.
 */
int region_discard(struct address_space *space, uintptr_t start, size_t pages);

/*
 * Called after a backing has become shorter. Unmaps, in this space, the pages of the backing whose
 * numbers are `page` or higher, and the private copies of these pages. An access to these pages
 * fails with -ENXIO until the backing is longer again. The space need not be loaded; `loaded` is
 * true if it is.
 */
void region_cut_backing(struct address_space *space, const struct backing *backing, size_t page, bool loaded);

/* Returns the region that contains the whole range, or NULL if none does. */
const struct region *region_of_range(struct address_space *space, uintptr_t start, size_t pages);

/*
 * Moves `pages` pages, which begin at address `from`, to address `to`, where they become a region
 * of `room` pages. They must be in one region; `room` must be at least `pages`. The new range must
 * be unmapped and must not overlap the old one. Returns 0 or -ENOMEM.
 */
int region_move(struct address_space *space, uintptr_t from, size_t pages, uintptr_t to, size_t room);

/* Returns true if every page of the range is in a region. */
bool region_is_whole(struct address_space *space, uintptr_t start, size_t pages);

/* Returns true if the range is in the user half and nothing is mapped in it. */
bool region_is_free(struct address_space *space, uintptr_t start, size_t pages);

/*
 * Returns the highest address below USER_MAP_TOP at which `pages` pages are free, or 0 if there is
 * none.
 */
uintptr_t region_find_place(struct address_space *space, size_t pages);

/*
 * Handles a page fault at `address`; `error` is the code that the CPU pushed (SDM 3A 4.7). Returns
 * 0 if the instruction can be repeated: the page now has a frame, or its own copy of a shared
 * frame. Returns -EFAULT if no region contains the address, -EACCES if the region does not allow
 * the access, -ENXIO if the page is past the end of its backing, or -ENOMEM.
 */
#define FAULT_PRESENT (1UL << 0)
#define FAULT_WRITE   (1UL << 1)
#define FAULT_USER    (1UL << 2)
#define FAULT_FETCH   (1UL << 4)
int region_fault(struct address_space *space, uintptr_t address, uint64_t error);

/*
 * Makes the empty space `to`, which is not loaded, a copy of the loaded space `from`. The spaces
 * share the frames. Outside regions with REGION_SHARED, a space copies a shared frame before the
 * first write to it. Returns 0, or -ENOMEM with only a part copied; then the caller destroys `to`,
 * and the contents of `from` are unchanged.
 */
int address_space_fork(struct address_space *to, struct address_space *from);
