/* SPDX-License-Identifier: MIT */
/* A valid ELF file. The tests of the ELF checker damage copies of it. */
#pragma once

#include "tests/unit/support.h"

#include <elf.h>
#include <string.h>

#include "loader/elf.h"

#define IMAGE_TOP (USER_STACK_BASE - PAGE_SIZE) /* the page above is the stack's guard page */

/*
 * The segments, as a linker makes them: headers and constants, text, data with .bss, PT_GNU_STACK.
 */
enum { CONSTANTS, TEXT, DATA, STACK, SEGMENTS };

struct file {
	Elf64_Ehdr header;
	Elf64_Phdr segments[SEGMENTS];
	uint8_t rest[0x380 - sizeof(Elf64_Ehdr) - SEGMENTS * sizeof(Elf64_Phdr)];
};
_Static_assert(sizeof(struct file) == 0x380, "no padding");

static const struct file good = {
	.header = {
		.e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
		.e_type = ET_EXEC,
		.e_machine = EM_X86_64,
		.e_version = EV_CURRENT,
		.e_entry = 0x401210,
		.e_phoff = sizeof(Elf64_Ehdr),
		.e_ehsize = sizeof(Elf64_Ehdr),
		.e_phentsize = sizeof(Elf64_Phdr),
		.e_phnum = SEGMENTS,
	},
	.segments = {
		{ PT_LOAD, PF_R, 0, 0x400000, 0x400000, 0x200, 0x200, 0x1000 },
		{ PT_LOAD, PF_R | PF_X, 0x200, 0x401200, 0x401200, 0x100, 0x100, 0x1000 },
		{ PT_LOAD, PF_R | PF_W, 0x300, 0x402300, 0x402300, 0x80, 0x3000, 0x1000 },
		{ PT_GNU_STACK, PF_R | PF_W, 0, 0, 0, 0, 0, 16 },
	},
};

/*
 * Copies the first `size` bytes of a file so that they end at an inaccessible page. Returns the
 * result of elf_check() for the copy.
 */
static inline int check(const void *bytes, size_t size, struct elf_plan *plan)
{
	void *copy = guard_before(size);

	memcpy(copy, bytes, size);
	return elf_check(copy, size, plan);
}
