/* SPDX-License-Identifier: MIT */
/*
 * Page faults and fork(): pages get frames on first use, and shared frames are copied before a
 * write.
 */
#include "vm/regions.h"

#include "cpu/cpu.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "mem/tlb.h"
#include "output/panic.h"

/*
 * If no region contains `address`, extends the stack region above it down to the page of `address`.
 * Returns true if a region now contains `address`. Returns false if the next region above is no
 * stack or may not grow that far.
 */
static bool grow_stack(struct address_space *space, uintptr_t address)
{
	const uint32_t index = address_space_find(space, address);
	struct region *above = address_space_regions(space) + index;
	const bool lowest = index == 0;
	uintptr_t start = address & ~PAGE_MASK;

	if (!rwlock_is_written(&space->lock))
		panic("a stack grows without the lock of the regions");
	if (index == space->count || above->start <= address)
		return index < space->count;
	if (!(above->flags & REGION_GROWS) || start < USER_STACK_TOP - USER_STACK_LIMIT)
		return false;
	if (!lowest && region_end(above - 1) > start - USER_STACK_GUARD)
		return false;
	above->pages += (above->start - start) / PAGE_SIZE;
	above->start = start;
	return true;
}

/*
 * Returns the region that contains `address`, at which a fault occurred, or NULL if there is none.
 * Tries the region of the last fault first, because successive faults are often in one region. The
 * index of that region, `recent`, is only a hint: tasks that hold the lock for reading may change
 * it.
 */
static const struct region *region_of(struct address_space *space, uintptr_t address)
{
	const struct region *region = address_space_regions(space) + space->recent;

	if (!rwlock_is_held(&space->lock))
		panic("a page fault without the lock of the regions");
	if (space->recent < space->count && address - region->start < region->pages * PAGE_SIZE)
		return region;
	space->recent = address_space_find(space, address);
	region = address_space_regions(space) + space->recent;
	return space->recent == space->count || region->start > address ? NULL : region;
}

static int fill_with_zeros(pte_t *entry, uint64_t flags)
{
	uint64_t frame = frame_alloc_zeroed();

	if (frame == FRAME_NONE)
		return -ENOMEM;
	*entry = frame | PTE_PRESENT | PTE_USER | REGION_TO_PTE(flags);
	return 0;
}

/*
 * Stores the backing's own frame of a page in *frame, and makes the space an owner of it. Returns
 * 0, -ENOMEM or -ENXIO.
 */
static int share_frame(struct backing *backing, size_t page, uint64_t *frame)
{
	int error = backing->ops->frame(backing, page, frame);

	return error ? error : frame_share(*frame) ? 0 : -ENOMEM;
}

/*
 * Stores in *frame a new frame with a copy of the backing's page; bytes past the end of the backing
 * are zeros. Returns 0, -ENOMEM or -ENXIO.
 */
static int copy_frame(const struct backing *backing, size_t page, uint64_t *frame)
{
	const void *bytes;
	size_t n = backing->ops->bytes(backing, page * PAGE_SIZE, PAGE_SIZE, &bytes);

	if (!n)
		return -ENXIO;
	*frame = frame_alloc();
	if (*frame == FRAME_NONE)
		return -ENOMEM;
	copy_bytes(phys_to_virt(*frame), bytes, n);
	zero_bytes((char *)phys_to_virt(*frame) + n, PAGE_SIZE - n);
	return 0;
}

/*
 * Gives a frame to a page that is in a region with REGION_BACKED. Looks up the region again,
 * although the caller knows it: a parameter for it would take a register in every page fault, even
 * on anonymous pages. Returns 0, -ENOMEM or -ENXIO.
 */
static __attribute__((noinline)) int fill_from_backing(struct address_space *space, pte_t *entry,
                                                       uintptr_t address)
{
	const struct region *region = address_space_regions(space) + address_space_find(space, address);
	const size_t page = region->page + (address - region->start) / PAGE_SIZE;
	uint64_t frame;
	int error = region->flags & REGION_SHARED ? share_frame(region->backing, page, &frame)
	                                          : copy_frame(region->backing, page, &frame);

	if (!error)
		*entry = frame | PTE_PRESENT | PTE_USER | REGION_TO_PTE(region->flags);
	return error;
}

/*
 * Handles a write to a page whose frame is or was shared with a copy of the space (fork()). If the
 * frame is still shared, the page gets a copy of its own. Makes the page writable. Returns 0 or
 * -ENOMEM.
 */
static int make_own(pte_t *entry, uintptr_t address)
{
	uint64_t frame = pte_frame(*entry), copy;

	if (frame_is_shared(frame)) {
		copy = frame_alloc();
		if (copy == FRAME_NONE)
			return -ENOMEM;
		copy_bytes(phys_to_virt(copy), phys_to_virt(frame), PAGE_SIZE);
		*entry = (*entry & ~PTE_FRAME) | PTE_WRITE | copy;
		tlb_flush_pages(address, 1);
		isolation_user_changed();
		frame_free(frame);
		return 0;
	}
	*entry |= PTE_WRITE;
	tlb_flush_pages(address, 1);
	isolation_user_changed();
	return 0;
}

#define IN_NO_REGION 1

static inline int fault(struct address_space *space, uintptr_t address, uint64_t error)
{
	const struct region *region = region_of(space, address);
	uint64_t flags;
	pte_t *table;

	if (!region)
		return IN_NO_REGION;
	flags = region->flags;
	if ((flags & REGION_NONE) || ((error & FAULT_WRITE) && !(flags & PTE_WRITE)) ||
	    ((error & FAULT_FETCH) && (flags & PTE_NX)))
		return -EACCES;
	table = paging_table(space->pml4, address, PTE_USER, &space->tables);
	if (!table)
		return -ENOMEM;
	table += PT_INDEX(address);
	if (isolation_owns(*table)) { /* address_space_make_room() sets the entry to 0 */
		int none = address_space_make_room(space, address & ~PAGE_MASK, 1);

		if (none)
			return none;
	}
	if (!*table)
		return flags & REGION_BACKED ? fill_from_backing(space, table, address)
		                             : fill_with_zeros(table, flags);
	if ((error & FAULT_WRITE) && !(*table & PTE_WRITE))
		return make_own(table, address);
	return -EACCES; /* region and entry allow the access, but it faulted nevertheless */
}

/* Calls grow_stack() with the lock held for writing, and returns its result. */
static __attribute__((noinline, cold)) bool grow(struct address_space *space, uintptr_t address)
{
	bool grown;

	rwlock_write(&space->lock);
	grown = grow_stack(space, address);
	rwlock_end_write(&space->lock);
	return grown;
}

int region_fault(struct address_space *space, uintptr_t address, uint64_t error)
{
	int result;

	do {
		rwlock_read(&space->lock);
		result = fault(space, address, error);
		rwlock_end_read(&space->lock);
	} while (result == IN_NO_REGION && grow(space, address));
	return result == IN_NO_REGION ? -EFAULT : result;
}

/*
 * Makes the space `to` map the frames of a region of the space `from`. `to` must have no page
 * mapped in that region. Returns 0 or -ENOMEM.
 */
static int share_pages(struct address_space *to, struct address_space *from, const struct region *region)
{
	/* Entries of unshared regions become read-only: a write then copies the frame. */
	const pte_t not_shared = region->flags & REGION_SHARED ? 0 : PTE_WRITE;
	uintptr_t next = region->start, end = region_end(region);
	size_t n;

	for (pte_t *entry; (entry = address_space_next_run(from, &next, end, &n));) {
		uintptr_t at = next - n * PAGE_SIZE;
		pte_t *copy = paging_table(to->pml4, at, PTE_USER, &to->tables);

		if (!copy)
			return -ENOMEM;
		for (copy += PT_INDEX(at); n; n--, entry++, copy++) {
			if (!*entry || isolation_owns(*entry))
				continue;
			if (!frame_share(pte_frame(*entry)))
				return -ENOMEM;
			*entry &= ~not_shared;
			*copy = *entry & ~(PTE_ACCESSED | PTE_DIRTY);
		}
	}
	return 0;
}

int address_space_fork(struct address_space *to, struct address_space *from)
{
	const struct region *regions = address_space_regions(from);
	int error = address_space_reserve(to, from->count);
	struct region *copies = address_space_regions(to);

	/* Puts ISOLATION's pages where the parent has them: the parent has no other page there. */
	if (isolation_follow(&to->root, &from->root, &to->tables))
		return -ENOMEM;
	rwlock_write(&from->lock); /* writable entries become read-only */
	for (uint32_t i = 0; !error && i < from->count; i++) {
		copies[i] = regions[i];
		to->count++;
		if (regions[i].flags & REGION_BACKED) {
			backing_hold(regions[i].backing);
			to->has_backings = true;
		}
		error = share_pages(to, from, &regions[i]);
	}
	to->brk_start = from->brk_start;
	to->brk = from->brk;
	tlb_flush_space(); /* flushes the entries that were writable */
	isolation_user_changed();
	rwlock_end_write(&from->lock);
	return error;
}
