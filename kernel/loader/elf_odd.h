/* SPDX-License-Identifier: MIT */
/* ELF files that no linker makes, and how a header's fields are read: shared by elf.c and elf_odd.c. */
#pragma once

#include <elf.h>

#include "loader/elf.h"

/* A guard page stays free below the stack. */
#define IMAGE_TOP (USER_STACK_BASE - PAGE_SIZE)

/*
 * Plans any file whose header is good: segments that share pages, reach past the end of the file, have large alignments, much .bss or no
 * rights. Slower than elf_check_plan() does what is plain, with its results.
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
