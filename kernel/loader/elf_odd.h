/* SPDX-License-Identifier: MIT */
/* Unusual ELF files, and helpers that elf.c and elf_odd.c share. */
#pragma once

#include <elf.h>

#include "loader/elf.h"

/* Images end at or below this address. The guard page between image and stack stays unmapped. */
#define IMAGE_TOP (USER_STACK_BASE - PAGE_SIZE)

/*
 * Plans any file with a valid header. Segments may share pages, extend past the end of the file,
 * have a large alignment or a large .bss, or have no rights. For usual files elf_check_plan() is
 * faster. Returns what elf_check_plan() returns.
 */
int elf_plan_odd(const uint8_t *file, size_t size, struct elf_plan *plan);

static inline uint64_t elf_flags(uint32_t rights)
{
	uint64_t flags = (rights & PF_W ? PTE_WRITE : 0) | (rights & PF_X ? 0 : PTE_NX);

	return rights & (PF_R | PF_W | PF_X) ? flags : flags | REGION_NONE;
}

static inline uintptr_t page_above(uintptr_t address)
{
	return (address + PAGE_MASK) & ~PAGE_MASK;
}
