/* SPDX-License-Identifier: MIT */
#include "process/plan.h"

#include "fs/node.h"
#include "lib/errno.h"
#include "lib/string.h"

__attribute__((cold)) int plan_add_rest(struct address_space *space, const struct elf_plan *plan,
                                        struct node *node)
{
	/*
	 * An empty file that backs the regions past the end of a boot module, so that an access
	 * there raises SIGBUS, as it does past the end of a file.
	 */
	struct node *empty = NULL;
	int error = 0;

	for (size_t i = 0; !error && i < plan->rest; i++) {
		const struct load_segment *s = elf_rest(plan, i);
		const bool of_file = s->flags & REGION_BACKED;

		if (!s->pages)
			continue;
		if (of_file && !node) {
			node = empty = node_create_nameless(0);
			if (!node)
				return -ENOMEM;
		}
		error = address_space_add(space, s->start, s->pages, s->flags,
		                          of_file ? &node->backing : NULL, of_file ? s->data_offset : 0);
	}
	if (empty)
		node_drop(empty); /* the regions hold references to it */
	return error;
}

__attribute__((cold)) void plan_patch(struct address_space *space, const struct elf_plan *plan)
{
	for (size_t i = 0; i < plan->rest; i++) {
		const struct load_segment *s = elf_rest(plan, i);
		const pte_t *table;

		if (s->pages)
			continue;
		if (!s->data) {
			address_space_hide(space, s->start);
			continue;
		}
		table = paging_table(space->pml4, s->start, PTE_USER, NULL);
		copy_bytes((char *)phys_to_virt(pte_frame(table[PT_INDEX(s->start)])) + s->data_offset,
		           s->data, s->data_size);
	}
}
