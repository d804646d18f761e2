/* SPDX-License-Identifier: MIT */
/* direct: no CR3 load and no mapping; each new frame is written where the direct map shows it. */
#include "loader/fill.h"

#include "lib/errno.h"

void loader_init(uint64_t seed)
{
	(void)seed;
}

int loader_load(struct address_space *space, const struct load_segment *segments, size_t count)
{
	for (const struct load_segment *s = segments; s < segments + count; s++) {
		pte_t *entry = NULL;
		int error = address_space_map(space, s->start, s->pages, s->flags);

		if (error)
			return error;
		for (size_t i = 0; i < s->pages; i++, entry++) {
			uintptr_t address = s->start + i * PAGE_SIZE;

			if (!entry || PT_INDEX(address) == 0)
				entry = paging_table(space->pml4, address, PTE_USER, NULL) +
				        PT_INDEX(address);
			fill_view(phys_to_virt(pte_frame(*entry)), s, i * PAGE_SIZE, PAGE_SIZE);
		}
	}
	return 0;
}

size_t loader_kept_tables(void)
{
	return 0;
}

void loader_trim(void)
{
}

uint64_t loader_places(void)
{
	return 0;
}
