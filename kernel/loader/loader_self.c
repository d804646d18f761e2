/* SPDX-License-Identifier: MIT */
/*
 * self: loader_load() only maps the pages. The new task fills them at their user addresses when it
 * first runs in the kernel, under its own CR3, which must be loaded for it anyway. Until then the
 * pages are writable and not executable; afterwards they get their rights, and their TLB entries
 * are flushed.
 */
#include "cpu/cpu.h"
#include "loader/fill.h"
#include "mem/tlb.h"

const bool loader_is_deferring = true;

void loader_fill_own(struct address_space *space, const struct load_segment *segments, size_t count)
{
	user_access_begin();
	for (const struct load_segment *s = segments; s < segments + count; s++)
		fill_view((char *)s->start, s, 0, s->pages * PAGE_SIZE);
	user_access_end();
	for (size_t i = 0; i < count; i++) {
		if (REGION_TO_PTE(segments[i].flags) == (PTE_WRITE | PTE_NX))
			continue;
		address_space_protect(space, segments[i].start, segments[i].flags);
		tlb_flush_pages(segments[i].start, segments[i].pages);
	}
}

int loader_load(struct address_space *space, const struct load_segment *segments, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		int error = address_space_map(space, segments[i].start, segments[i].pages,
		                              PTE_WRITE | PTE_NX | (segments[i].flags & REGION_GROWS));

		if (error)
			return error;
	}
	return 0;
}
