/* SPDX-License-Identifier: MIT */
/*
 * self: loader_load() only maps the pages, as writable and not executable. The new task fills them
 * at their user addresses when it first runs in the kernel. Its own CR3 is loaded then anyway, so
 * the copies need no extra load of CR3. Afterwards the pages get their rights, and their TLB
 * entries are flushed.
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
