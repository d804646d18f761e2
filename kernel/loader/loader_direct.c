/* SPDX-License-Identifier: MIT */
/* direct: no CR3 load and no mapping; each new frame is written through the direct map. */
#include "loader/fill.h"

#include "lib/errno.h"

/*
 * Fills the segment run by run. A run is a series of pages with contiguous frames; one call of
 * fill_view() fills it. If memory is not fragmented, a segment has few runs.
 */
static void fill_segment(struct address_space *space, const struct load_segment *s)
{
	uint64_t start = 0, end = 0; /* the run so far: physical addresses [start, end) */
	size_t done = 0;

	for (size_t i = 0; i < s->pages;) { /* one page table per pass */
		const uintptr_t address = s->start + i * PAGE_SIZE;
		const pte_t *entry = paging_table(space->pml4, address, PTE_USER, NULL) + PT_INDEX(address);
		const size_t left = s->pages - i, room = 512 - PT_INDEX(address);
		const pte_t *last = entry + (left < room ? left : room);

		i += (size_t)(last - entry);
		for (; entry < last; entry++) {
			uint64_t frame = pte_frame(*entry);

			if (frame != end) {
				if (end) {
					fill_view(phys_to_virt(start), s, done, end - start);
					done += end - start;
				}
				start = end = frame;
			}
			end += PAGE_SIZE;
		}
	}
	fill_view(phys_to_virt(start), s, done, end - start);
}

int loader_load(struct address_space *space, const struct load_segment *segments, size_t count)
{
	for (const struct load_segment *s = segments; s < segments + count; s++) {
		int error = address_space_map(space, s->start, s->pages, s->flags);

		if (error)
			return error;
		fill_segment(space, s);
	}
	return 0;
}
