/* SPDX-License-Identifier: MIT */
/*
 * Loads an elf_plan into an address space: the loader loads the segments, and plan.c handles the
 * entries that elf_plan.rest counts (loader/elf.h). These are pages that are made on first use,
 * bytes to copy into loaded pages, and segments without rights. Few programs have such entries.
 */
#pragma once

#include "loader/elf.h"

struct node;

/*
 * Handle the entries that plan->rest counts (loader/elf.h). plan_add_rest() adds the regions whose
 * pages are made on first use; the space must be in no CPU's CR3. `node` is the program's file, or
 * NULL for a boot module. Returns 0 or -ENOMEM. plan_patch() copies data into loaded pages and
 * hides segments that have no rights; it is called once the loader has filled all pages.
 */
int plan_add_rest(struct address_space *space, const struct elf_plan *plan, struct node *node);
void plan_patch(struct address_space *space, const struct elf_plan *plan);

/*
 * Loads all segments of a plan and the entries that plan->rest counts. The conditions and the
 * errors are those of loader_load().
 */
static inline int plan_load(struct address_space *space, const struct elf_plan *plan, struct node *node)
{
	int error = loader_load(space, plan->segments, plan->count);

	if (error || !plan->rest)
		return error;
	if (!loader_defers())
		plan_patch(space, plan);
	return plan_add_rest(space, plan, node);
}

/*
 * Does what loader_fill_own() does, for all segments of a plan and the entries that plan->rest
 * counts. Only for loaders that defer.
 */
static inline void plan_fill_own(struct address_space *space, const struct elf_plan *plan)
{
	loader_fill_own(space, plan->segments, plan->count);
	if (plan->rest)
		plan_patch(space, plan);
}
