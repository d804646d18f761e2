/* SPDX-License-Identifier: MIT */
#include "vm/regions.h"

#include "cpu/cpu.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "mem/tlb.h"
#include "output/panic.h"

/* Flags that mprotect() does not change. */
#define REGION_KEPT (REGION_GROWS | REGION_BACKED | REGION_SHARED | REGION_NO_WRITE)

static void assert_written(const struct address_space *space)
{
	if (!rwlock_is_written(&space->lock))
		panic("regions are changed without their lock");
}

static void assert_held(const struct address_space *space)
{
	if (!rwlock_is_held(&space->lock))
		panic("regions are looked at without their lock");
}

static bool alike(const struct region *a, const struct region *b)
{
	if (region_end(a) != b->start || a->flags != b->flags)
		return false;
	return !(a->flags & REGION_BACKED) || (a->backing == b->backing && a->page + a->pages == b->page);
}

/*
 * Returns a part of a region: the `pages` pages from `address` on. The part has its own reference
 * to the backing.
 */
static struct region part_of(const struct region *region, uintptr_t address, size_t pages)
{
	struct region part = { .start = address, .pages = pages, .flags = region->flags };

	if (region->flags & REGION_BACKED) {
		part.backing = region->backing;
		part.page = region->page + (address - region->start) / PAGE_SIZE;
		backing_hold(part.backing);
	}
	return part;
}

/* Removes `n` regions from `index` on. Their pages must have been unmapped. */
static void close_list(struct address_space *space, uint32_t index, uint32_t n)
{
	struct region *region = address_space_regions(space) + index;

	assert_written(space);
	for (uint32_t i = 0; i < n; i++)
		if (region[i].flags & REGION_BACKED)
			backing_drop(region[i].backing);
	memmove(region, region + n, (space->count - index - n) * sizeof *region);
	space->count -= n;
}

/*
 * Merges region `index` into the one below it if they are adjacent and have equal flags and
 * adjoining pages of the same backing.
 */
static void merge_at(struct address_space *space, uint32_t index)
{
	struct region *region = address_space_regions(space) + index;

	if (index == 0 || index >= space->count || !alike(region - 1, region))
		return;
	region[-1].pages += region->pages;
	close_list(space, index, 1);
}

/* Splits region `index` at `address`, which lies in it. There must be room for one more region. */
static void split(struct address_space *space, uint32_t index, uintptr_t address)
{
	struct region *upper = address_space_open(space, index + 1), *lower = upper - 1;

	*upper = part_of(lower, address, (region_end(lower) - address) / PAGE_SIZE);
	lower->pages -= upper->pages;
}

/*
 * Splits regions so that none extends across `start` or across `end`. Makes room for `extra` more
 * regions. Sets *first and *last: the regions in the range then have the indices [*first, *last).
 * Returns 0, or -ENOMEM with nothing changed.
 */
static int carve(struct address_space *space, uintptr_t start, uintptr_t end, uint32_t extra, uint32_t *first,
                 uint32_t *last)
{
	const struct region *regions = address_space_regions(space);
	uint32_t i = address_space_find(space, start), j = address_space_find(space, end);
	bool below = i < space->count && regions[i].start < start;
	bool above = j < space->count && regions[j].start < end;

	assert_written(space);
	if (address_space_reserve(space, extra + below + above))
		return -ENOMEM;
	if (above)
		split(space, j, end);
	if (below) {
		split(space, i++, start);
		j++;
	}
	*first = i;
	*last = j + above;
	return 0;
}

/*
 * Unmaps the pages of the range and drops their frames. `unloaded` is the root of the space if it
 * is not loaded, else NULL.
 */
static void drop_pages_of(struct address_space *space, uintptr_t start, uintptr_t end,
                          const struct root *unloaded)
{
	struct tlb_batch batch;
	uintptr_t at = start;
	size_t n;

	assert_written(space);
	tlb_batch_begin(&batch, unloaded);
	for (pte_t *entry; (entry = address_space_next_run(space, &at, end, &n));)
		for (; n; n--, entry++)
			if (*entry && !isolation_owns(*entry)) {
				const uint64_t frame = pte_frame(*entry);

				*entry = 0;
				tlb_batch_free(&batch, frame);
			}
	tlb_batch_end(&batch, start, (end - start) / PAGE_SIZE);
	isolation_user_changed();
}

static void drop_pages(struct address_space *space, uintptr_t start, uintptr_t end)
{
	drop_pages_of(space, start, end, NULL);
}

/*
 * Returns the page-table entry for a frame in a region with `flags`. A shared frame is read-only
 * unless REGION_SHARED is set.
 */
static pte_t entry_of(uint64_t frame, uint64_t flags)
{
	pte_t entry = frame | PTE_USER | REGION_TO_PTE(flags);

	if (!(flags & REGION_NONE))
		entry |= PTE_PRESENT;
	return frame_is_shared(frame) && !(flags & REGION_SHARED) ? entry & ~PTE_WRITE : entry;
}

static void reflag_pages(struct address_space *space, uintptr_t start, uintptr_t end, uint64_t flags)
{
	uintptr_t at = start;
	bool changed = false;
	size_t n;

	assert_written(space);
	for (pte_t *entry; (entry = address_space_next_run(space, &at, end, &n));)
		for (; n; n--, entry++)
			if (*entry && !isolation_owns(*entry)) {
				*entry = entry_of(pte_frame(*entry), flags);
				changed = true;
			}
	if (changed) {
		tlb_flush_range(start, (end - start) / PAGE_SIZE);
		isolation_user_changed();
	}
}

static int map_backing(struct address_space *space, uintptr_t start, size_t pages, uint64_t flags,
                       struct backing *backing, size_t page)
{
	uintptr_t end = start + pages * PAGE_SIZE;
	uint32_t first, last;

	if (carve(space, start, end, 1, &first, &last))
		return -ENOMEM;
	drop_pages(space, start, end);
	/* Takes the reference before close_list(), which may drop the only other reference. */
	if (backing) {
		backing_hold(backing);
		flags |= REGION_BACKED;
		space->has_backings = true;
	}
	close_list(space, first, last - first);
	*address_space_open(space, first) = (struct region){ start, pages, flags, backing, page };
	merge_at(space, first + 1);
	merge_at(space, first);
	return 0;
}

static int unmap(struct address_space *space, uintptr_t start, size_t pages)
{
	uintptr_t end = start + pages * PAGE_SIZE;
	uint32_t first, last;

	if (carve(space, start, end, 0, &first, &last))
		return -ENOMEM;
	drop_pages(space, start, end);
	close_list(space, first, last - first);
	return 0;
}

static bool is_whole(struct address_space *space, uintptr_t start, size_t pages)
{
	const struct region *regions = address_space_regions(space);
	const uintptr_t end = start + pages * PAGE_SIZE;

	assert_held(space);
	for (uint32_t i = address_space_find(space, start); start < end; i++) {
		if (i == space->count || regions[i].start > start)
			return false;
		start = region_end(&regions[i]);
	}
	return true;
}

static bool may_not_write(struct address_space *space, uintptr_t start, uintptr_t end)
{
	const struct region *regions = address_space_regions(space);

	for (uint32_t i = address_space_find(space, start); i < space->count && regions[i].start < end; i++)
		if (regions[i].flags & REGION_NO_WRITE)
			return true;
	return false;
}

static int protect(struct address_space *space, uintptr_t start, size_t pages, uint64_t flags)
{
	uintptr_t end = start + pages * PAGE_SIZE;
	struct region *regions;
	uint32_t first, last;

	if (!is_whole(space, start, pages))
		return -ENOMEM;
	if ((flags & PTE_WRITE) && may_not_write(space, start, end))
		return -EACCES;
	if (carve(space, start, end, 0, &first, &last))
		return -ENOMEM;
	regions = address_space_regions(space);
	for (uint32_t i = first; i < last; i++) {
		regions[i].flags = flags | (regions[i].flags & REGION_KEPT);
		reflag_pages(space, regions[i].start, region_end(&regions[i]), regions[i].flags);
	}
	/* Begins with the last region: a merge changes the indices of the regions above it. */
	for (uint32_t i = last + 1; i-- > first;)
		merge_at(space, i);
	return 0;
}

static int discard(struct address_space *space, uintptr_t start, size_t pages)
{
	drop_pages(space, start, start + pages * PAGE_SIZE);
	return is_whole(space, start, pages) ? 0 : -ENOMEM;
}

static void cut_backing(struct address_space *space, const struct backing *backing, size_t page, bool loaded)
{
	const struct region *region = address_space_regions(space);

	for (uint32_t i = 0; i < space->count; i++, region++) {
		const uintptr_t end = region_end(region);
		uintptr_t start = region->start;

		if (!(region->flags & REGION_BACKED) || region->backing != backing ||
		    region->page + region->pages <= page)
			continue;
		if (page > region->page)
			start += (page - region->page) * PAGE_SIZE;
		drop_pages_of(space, start, end, loaded ? NULL : &space->root);
	}
}

static const struct region *of_range(struct address_space *space, uintptr_t start, size_t pages)
{
	const struct region *region = address_space_regions(space) + address_space_find(space, start);

	assert_held(space);
	if (region == address_space_regions(space) + space->count || region->start > start ||
	    (region_end(region) - start) / PAGE_SIZE < pages)
		return NULL;
	return region;
}

/*
 * Moves the page-table entries of `pages` pages from `from` to `to`. Returns 0, or -ENOMEM with no
 * entry moved.
 */
static int move_pages(struct address_space *space, uintptr_t from, size_t pages, uintptr_t to)
{
	const uintptr_t end = from + pages * PAGE_SIZE;

	assert_written(space);
	if (address_space_make_room(space, to, pages))
		return -ENOMEM;
	/* The first round makes the page tables for `to`, the second moves the entries. */
	for (int round = 0; round < 2; round++) {
		uintptr_t next = from;
		size_t n;

		for (pte_t *entry; (entry = address_space_next_run(space, &next, end, &n));)
			for (uintptr_t at = next - n * PAGE_SIZE - from + to; n;
			     n--, entry++, at += PAGE_SIZE) {
				pte_t *table;

				if (!*entry || isolation_owns(*entry))
					continue;
				table = paging_table(space->pml4, at, PTE_USER, &space->tables);
				if (!table)
					return -ENOMEM;
				if (round == 0)
					continue;
				table[PT_INDEX(at)] = *entry;
				*entry = 0;
			}
	}
	tlb_flush_range(from, pages);
	isolation_user_changed();
	return 0;
}

static int move(struct address_space *space, uintptr_t from, size_t pages, uintptr_t to, size_t room)
{
	const struct region *region;

	if (address_space_reserve(space, 3)) /* the new region, and two parts of the old one */
		return -ENOMEM;
	region = address_space_regions(space) + address_space_find(space, from);
	if (region->flags & REGION_BACKED)
		map_backing(space, to, room, region->flags, region->backing,
		            region->page + (from - region->start) / PAGE_SIZE);
	else
		map_backing(space, to, room, region->flags & ~REGION_GROWS, NULL, 0);
	if (move_pages(space, from, pages, to)) {
		unmap(space, to, room);
		return -ENOMEM;
	}
	return unmap(space, from, pages);
}

static bool is_free(struct address_space *space, uintptr_t start, size_t pages)
{
	uintptr_t end = start + pages * PAGE_SIZE;
	uint32_t i;

	assert_held(space);
	if (start < USER_BASE || pages > USER_TOP / PAGE_SIZE || !user_range(start, pages * PAGE_SIZE))
		return false;
	i = address_space_find(space, start);
	return i == space->count || address_space_regions(space)[i].start >= end;
}

static uintptr_t find_place(struct address_space *space, size_t pages)
{
	const struct region *regions = address_space_regions(space);
	uintptr_t top = USER_MAP_TOP;

	assert_held(space);
	for (uint32_t i = address_space_find(space, top);; i--) {
		uintptr_t below = i ? region_end(&regions[i - 1]) : USER_BASE;

		if (i < space->count && regions[i].start < top)
			top = regions[i].start;
		if (below <= top && pages <= (top - below) / PAGE_SIZE)
			return top - pages * PAGE_SIZE;
		if (!i)
			return 0;
	}
}

int region_map_backing(struct address_space *space, uintptr_t start, size_t pages, uint64_t flags,
                       struct backing *backing, size_t page)
{
	int error;

	rwlock_write(&space->lock);
	error = map_backing(space, start, pages, flags, backing, page);
	rwlock_end_write(&space->lock);
	return error;
}

int region_unmap(struct address_space *space, uintptr_t start, size_t pages)
{
	int error;

	rwlock_write(&space->lock);
	error = unmap(space, start, pages);
	rwlock_end_write(&space->lock);
	return error;
}

int region_protect(struct address_space *space, uintptr_t start, size_t pages, uint64_t flags)
{
	int error;

	rwlock_write(&space->lock);
	error = protect(space, start, pages, flags);
	rwlock_end_write(&space->lock);
	return error;
}

int region_discard(struct address_space *space, uintptr_t start, size_t pages)
{
	int error;

	rwlock_write(&space->lock);
	error = discard(space, start, pages);
	rwlock_end_write(&space->lock);
	return error;
}

void region_cut_backing(struct address_space *space, const struct backing *backing, size_t page, bool loaded)
{
	rwlock_write(&space->lock);
	cut_backing(space, backing, page, loaded);
	rwlock_end_write(&space->lock);
}

int region_move(struct address_space *space, uintptr_t from, size_t pages, uintptr_t to, size_t room)
{
	int error;

	rwlock_write(&space->lock);
	error = move(space, from, pages, to, room);
	rwlock_end_write(&space->lock);
	return error;
}

const struct region *region_of_range(struct address_space *space, uintptr_t start, size_t pages)
{
	const struct region *region;

	rwlock_read(&space->lock);
	region = of_range(space, start, pages);
	rwlock_end_read(&space->lock);
	return region;
}

bool region_is_whole(struct address_space *space, uintptr_t start, size_t pages)
{
	bool whole;

	rwlock_read(&space->lock);
	whole = is_whole(space, start, pages);
	rwlock_end_read(&space->lock);
	return whole;
}

bool region_is_free(struct address_space *space, uintptr_t start, size_t pages)
{
	bool is;

	rwlock_read(&space->lock);
	is = is_free(space, start, pages);
	rwlock_end_read(&space->lock);
	return is;
}

uintptr_t region_find_place(struct address_space *space, size_t pages)
{
	uintptr_t place;

	rwlock_read(&space->lock);
	place = find_place(space, pages);
	rwlock_end_read(&space->lock);
	return place;
}
