/* SPDX-License-Identifier: MIT */
#include "vm/address_space.h"

#include "isolation/isolation.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "mem/heap.h"
#include "mem/tlb.h"
#include "output/panic.h"

int address_space_create(struct address_space *space)
{
	if (isolation_root_create(&space->root))
		return -ENOMEM;
	space->pml4 = root_pml4(space->root.user);
	space->tables = FRAME_LIST_END;
	space->brk_start = space->brk = 0;
	space->lock = (struct rwlock){ 0 };
	space->count = space->recent = 0;
	space->has_backings = false;
	space->room = REGIONS_INSIDE;
	space->more = NULL;
	if (!isolation_enter_space(&space->root, &space->tables))
		return 0;
	frame_list_free(&space->tables);
	isolation_root_destroy(&space->root);
	return -ENOMEM;
}

/*
 * Moves the regions to a heap array with room for at least `room` regions; the array is never
 * larger than a page. Returns 0 or -ENOMEM.
 */
static __attribute__((noinline)) int grow(struct address_space *space, uint32_t room)
{
	uint32_t bigger = space->room * 2;
	struct region *more;

	if (room > REGIONS_MAX)
		return -ENOMEM;
	while (bigger < room)
		bigger *= 2;
	if (bigger > REGIONS_MAX)
		bigger = REGIONS_MAX;
	more = heap_alloc(bigger * sizeof *more);
	if (!more)
		return -ENOMEM;
	copy_bytes(more, address_space_regions(space), space->count * sizeof *more);
	heap_free(space->more);
	space->more = more;
	space->room = bigger;
	return 0;
}

int address_space_reserve(struct address_space *space, uint32_t extra)
{
	return space->count + extra <= space->room ? 0 : grow(space, space->count + extra);
}

struct region *address_space_open(struct address_space *space, uint32_t index)
{
	struct region *region = address_space_regions(space) + index;

	memmove(region + 1, region, (space->count - index) * sizeof *region);
	space->count++;
	return region;
}

uint32_t address_space_find(struct address_space *space, uintptr_t address)
{
	const struct region *regions = address_space_regions(space);
	uint32_t low = 0, high = space->count;

	while (low < high) {
		uint32_t middle = (low + high) / 2;

		if (region_end(&regions[middle]) <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Consecutive entries of one page table. */
struct run {
	pte_t *entry;
	size_t pages;
};

static struct run run_at(uint64_t pml4, uintptr_t address, size_t pages, uint32_t *tables)
{
	pte_t *table = paging_table(pml4, address, PTE_USER, tables);
	size_t first = PT_INDEX(address);

	if (!table)
		return (struct run){ NULL, 0 };
	return (struct run){ table + first, pages < 512 - first ? pages : 512 - first };
}

int address_space_map(struct address_space *space, uintptr_t start, size_t pages, uint64_t flags)
{
	uint32_t index = space->count;
	struct region *region;

	if (address_space_reserve(space, 1))
		return -ENOMEM;
	region = address_space_regions(space) + index;
	if (index && region[-1].start > start) /* segments need not be sorted by address */
		region = address_space_open(space, address_space_find(space, start));
	else
		space->count++;
	region->start = start;
	region->pages = 0;
	region->flags = flags;
	flags = REGION_TO_PTE(flags) | PTE_PRESENT | PTE_USER;
	if (address_space_make_room(space, start, pages))
		return -ENOMEM;
	while (region->pages < pages) {
		struct run run = run_at(space->pml4, start + region->pages * PAGE_SIZE, pages - region->pages,
		                        &space->tables);
		size_t given;

		if (!run.entry)
			return -ENOMEM;
		region->pages += given = frames_alloc(run.entry, run.pages, flags);
		if (given < run.pages)
			return -ENOMEM;
	}
	return 0;
}

int address_space_add(struct address_space *space, uintptr_t start, size_t pages, uint64_t flags,
                      struct backing *backing, size_t page)
{
	if (address_space_reserve(space, 1))
		return -ENOMEM;
	*address_space_open(space, address_space_find(space, start)) =
	        (struct region){ start, pages, flags, backing, page };
	if (backing) {
		backing_hold(backing);
		space->has_backings = true;
	}
	return 0;
}

/* Returns the number of regions in the lower half. */
static uint32_t lower_regions(struct address_space *space)
{
	return ISOLATION_UPPER_HALF ? address_space_find(space, USER_UPPER_BASE) : space->count;
}

int address_space_extend(struct address_space *space, struct backing *backing, size_t pages)
{
	struct region *region = &address_space_regions(space)[lower_regions(space) - 1];

	if (address_space_make_room(space, region_end(region), pages))
		return -ENOMEM;
	for (size_t page = 0; page < pages; page++, region->pages++) {
		const uintptr_t address = region_end(region);
		pte_t *table = paging_table(space->pml4, address, PTE_USER, &space->tables);
		uint64_t frame;

		if (!table || backing->ops->frame(backing, page, &frame) || !frame_share(frame))
			return -ENOMEM;
		table[PT_INDEX(address)] = frame | REGION_TO_PTE(region->flags) | PTE_PRESENT | PTE_USER;
	}
	return 0;
}

void address_space_protect(struct address_space *space, uintptr_t start, uint64_t flags)
{
	struct region *region = &address_space_regions(space)[address_space_find(space, start)];

	region->flags = flags;
	tlb_flush_unloaded(&space->root); /* the new rights may be fewer */
	isolation_user_changed();
	flags = REGION_TO_PTE(flags) | PTE_PRESENT | PTE_USER;
	for (size_t done = 0; done < region->pages;) {
		struct run run =
		        run_at(space->pml4, region->start + done * PAGE_SIZE, region->pages - done, NULL);

		done += run.pages;
		for (; run.pages; run.pages--, run.entry++)
			*run.entry = pte_frame(*run.entry) | flags;
	}
}

void address_space_hide(struct address_space *space, uintptr_t start)
{
	struct region *region = &address_space_regions(space)[address_space_find(space, start)];

	region->flags |= REGION_NONE;
	for (uintptr_t page = region->start; page < region_end(region); page += PAGE_SIZE)
		run_at(space->pml4, page, 1, NULL).entry[0] &= ~PTE_PRESENT;
	tlb_flush_unloaded(&space->root);
	tlb_flush_pages(region->start, region->pages);
	isolation_user_changed();
}

pte_t *address_space_next_run(const struct address_space *space, uintptr_t *address, uintptr_t end,
                              size_t *pages)
{
	while (*address < end) {
		uintptr_t here = *address;
		size_t span;
		pte_t *table = paging_look_up(space->pml4, here, &span);
		uintptr_t next = (here | (span - 1)) + 1;

		/* `next` is 0 if the entry covers the last addresses of the upper half. */
		*address = (next || !ISOLATION_UPPER_HALF) && next < end ? next : end;
		*pages = (*address - here) / PAGE_SIZE;
		if (table)
			return table + PT_INDEX(here);
	}
	return NULL;
}

size_t address_space_resident(struct address_space *space)
{
	const struct region *regions = address_space_regions(space);
	size_t count = 0, n;

	for (uint32_t i = 0; i < space->count; i++) {
		uintptr_t at = regions[i].start;

		for (const pte_t *entry;
		     (entry = address_space_next_run(space, &at, region_end(&regions[i]), &n));)
			for (; n; n--, entry++)
				count += *entry && !isolation_owns(*entry);
	}
	return count;
}

/* The last result of paging_look_up(), which is valid for the addresses [base, base + span). */
struct found {
	pte_t *table;
	uintptr_t base;
	size_t span;
};

/* Frees the frames of [start, end), from the last to the first. */
static void free_pages(uint64_t pml4, uintptr_t start, uintptr_t end, struct found *found)
{
	while (end > start) {
		uintptr_t last = end - PAGE_SIZE;
		const pte_t *entry;

		if (last - found->base >= found->span) {
			found->table = paging_look_up(pml4, last, &found->span);
			found->base = last & ~(found->span - 1);
		}
		end = found->base > start ? found->base : start;
		if (!found->table)
			continue;
		entry = found->table + PT_INDEX(last);
		for (uintptr_t at = last; at >= end; at -= PAGE_SIZE, entry--)
			if (*entry && !isolation_owns(*entry))
				frame_free(pte_frame(*entry));
	}
}

void address_space_set_brk(struct address_space *space)
{
	/* The stack is the last region of the lower half. */
	const uint32_t behind_stack = space->count - lower_regions(space);

	space->brk_start = space->brk =
	        space->count > 1
	                ? region_end(&address_space_regions(space)[space->count - (behind_stack ? 1 : 2)])
	                : 0;
}

static __attribute__((noinline)) void drop_backings(struct address_space *space)
{
	const struct region *regions = address_space_regions(space);

	for (uint32_t i = 0; i < space->count; i++)
		if (regions[i].flags & REGION_BACKED)
			backing_drop(regions[i].backing);
}

void address_space_destroy(struct address_space *space)
{
	const struct region *regions = address_space_regions(space);
	struct found found = { .span = 0 };

	/*
	 * Frees the frames from the last to the first. The free list hands them out in the opposite
	 * order, so the next space gets them in the order that they have in this space. Frames that
	 * are contiguous in this space are then contiguous in the next one, too.
	 */
	for (uint32_t i = space->count; i-- > 0;)
		free_pages(space->pml4, regions[i].start, region_end(&regions[i]), &found);
	frame_list_free(&space->tables);
	if (space->has_backings)
		drop_backings(space);
	if (space->more)
		heap_free(space->more);
	isolation_root_destroy(&space->root);
	space->pml4 = FRAME_NONE;
	space->count = 0;
}
