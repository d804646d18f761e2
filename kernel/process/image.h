/* SPDX-License-Identifier: MIT */
/* From an elf_plan to an address space: what the loader does, and what is left for the few files that need more (elf_plan.rest). */
#pragma once

#include "loader/elf.h"

/*
 * image_add_rest() makes the regions without frames in a space that is not loaded; `node` is the program's file, or NULL. Returns 0 or
 * -ENOMEM. image_patch() puts data into loaded pages and hides
 * some, after their last fill.
 */
struct node;
int image_add_rest(struct address_space *space, const struct elf_plan *plan, struct node *node);
void image_patch(struct address_space *space, const struct elf_plan *plan);

/* Loads a whole plan: as loader_load(), whose contract is the same. */
static inline int image_load(struct address_space *space, const struct elf_plan *plan, struct node *node)
{
	int error = loader_load(space, plan->segments, plan->count);

	if (error || !plan->rest)
		return error;
	if (!loader_fill_own)
		image_patch(space, plan);
	return image_add_rest(space, plan, node);
}

/* And as loader_fill_own(), which is not NULL. */
static inline void image_fill_own(struct address_space *space, const struct elf_plan *plan)
{
	loader_fill_own(space, plan->segments, plan->count);
	if (plan->rest)
		image_patch(space, plan);
}
