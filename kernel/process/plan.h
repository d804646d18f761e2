/* SPDX-License-Identifier: MIT */
/*
 * From an elf_plan to an address space: the loader's part, and the rest of the few files that need
 * more (elf_plan.rest).
 */
#pragma once

#include "loader/elf.h"

struct node;

/*
 * plan_add_rest() makes the regions without frames in a space that is not loaded; `node` is the
 * program's file, or NULL. Returns 0 or -ENOMEM. plan_patch() puts data into loaded pages and hides
 * some, after the loader has filled them for the last time.
 */
int plan_add_rest(struct address_space *space, const struct elf_plan *plan, struct node *node);
void plan_patch(struct address_space *space, const struct elf_plan *plan);

/* Loads a whole plan; contract and errors are those of loader_load(). */
static inline int plan_load(struct address_space *space, const struct elf_plan *plan, struct node *node)
{
	int error = loader_load(space, plan->segments, plan->count);

	if (error || !plan->rest)
		return error;
	if (!loader_defers())
		plan_patch(space, plan);
	return plan_add_rest(space, plan, node);
}

/* The second half where the loader defers it: loader_fill_own() for a whole plan. */
static inline void plan_fill_own(struct address_space *space, const struct elf_plan *plan)
{
	loader_fill_own(space, plan->segments, plan->count);
	if (plan->rest)
		plan_patch(space, plan);
}
