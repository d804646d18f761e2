/* SPDX-License-Identifier: MIT */
/* Functions for tests that make page tables. */
#pragma once

#include "tests/unit/support.h"

#include "mem/paging.h"

static inline uint64_t new_pml4(void)
{
	uint64_t pml4 = frame_alloc_zeroed();

	assert_int_not_equal(pml4, FRAME_NONE);
	return pml4;
}

/* Returns the entry for `address` in the table of `level`, from 4 (PML4) to 1 (page table). */
static inline pte_t *entry_at(uint64_t pml4, uintptr_t address, unsigned level)
{
	pte_t *table = phys_to_virt(pml4);

	for (unsigned l = 4; l > level; l--)
		table = phys_to_virt(pte_frame(table[(address >> (12 + 9 * (l - 1))) & 511]));
	return &table[(address >> (12 + 9 * (level - 1))) & 511];
}

struct visit {
	uintptr_t address;
	size_t size;
	pte_t leaf;
	uint64_t flags;
};

struct visits {
	struct visit visits[16384];
	size_t count;
};

static inline void note(uintptr_t address, size_t size, pte_t leaf, uint64_t flags, void *argument)
{
	struct visits *v = argument;

	assert_true(v->count < sizeof v->visits / sizeof *v->visits);
	v->visits[v->count++] = (struct visit){ address, size, leaf, flags };
}
