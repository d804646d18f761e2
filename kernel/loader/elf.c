/* SPDX-License-Identifier: MIT */
#include "loader/elf.h"

#include <elf.h>

#include "lib/errno.h"
#include "lib/string.h"
#include "mem/paging.h"

/* The first bytes of a file: magic number, EI_CLASS, EI_DATA, EI_VERSION. */
#define IDENT                                                                                   \
	(ELFMAG0 | (uint64_t)ELFMAG1 << 8 | (uint64_t)ELFMAG2 << 16 | (uint64_t)ELFMAG3 << 24 | \
	 (uint64_t)ELFCLASS64 << 32 | (uint64_t)ELFDATA2LSB << 40 | (uint64_t)EV_CURRENT << 48)

/* A guard page stays free below the stack. */
#define IMAGE_TOP (USER_STACK_BASE - PAGE_SIZE)

static int check_header(const Elf64_Ehdr *h, size_t size)
{
	if (size < sizeof *h || h->e_version != EV_CURRENT)
		return -ENOEXEC;
	if ((*(const uint64_t *)h->e_ident ^ IDENT) << 8) /* the byte behind them, EI_OSABI, may be any */
		return -ENOEXEC;
	if ((h->e_type != ET_EXEC && h->e_type != ET_DYN) || h->e_machine != EM_X86_64 ||
	    h->e_ehsize != sizeof *h)
		return -ENOEXEC;
	if (h->e_phentsize != sizeof(Elf64_Phdr) || h->e_phnum == 0 || h->e_phnum == PN_XNUM)
		return -ENOEXEC;
	if (h->e_phoff > size || h->e_phoff % _Alignof(Elf64_Phdr) ||
	    h->e_phnum > (size - h->e_phoff) / sizeof(Elf64_Phdr))
		return -ENOEXEC;
	return 0;
}

/* `base` is added to every address. */
static int check_segment(const Elf64_Phdr *p, size_t size, uintptr_t base)
{
	const uintptr_t lowest = base ? 0 : USER_BASE, top = IMAGE_TOP - base;

	if (p->p_filesz > p->p_memsz || p->p_offset > size || p->p_filesz > size - p->p_offset)
		return -ENOEXEC;
	if (p->p_vaddr < lowest || p->p_vaddr > top || p->p_memsz > top - p->p_vaddr)
		return -ENOEXEC;
	if ((p->p_flags & PF_W) && (p->p_flags & PF_X))
		return -ENOEXEC;
	if (p->p_align > 1 && ((p->p_align & (p->p_align - 1)) || (p->p_vaddr - p->p_offset) % p->p_align))
		return -ENOEXEC;
	return 0;
}

static int add_segment(struct elf_plan *plan, const uint8_t *file, const Elf64_Phdr *p, uintptr_t base)
{
	struct load_segment *s = &plan->segments[plan->count];
	uintptr_t start = base + p->p_vaddr, end = (start + p->p_memsz + PAGE_MASK) & ~PAGE_MASK;
	uint64_t headers = ((const Elf64_Ehdr *)file)->e_phoff;

	if (plan->count == ELF_SEGMENTS_MAX)
		return -E2BIG;
	s->start = start & ~PAGE_MASK;
	s->pages = (end - s->start) / PAGE_SIZE;
	s->flags = (p->p_flags & PF_W ? PTE_WRITE : 0) | (p->p_flags & PF_X ? 0 : PTE_NX);
	s->data = file + p->p_offset;
	s->data_size = p->p_filesz;
	s->data_offset = start - s->start;
	for (const struct load_segment *other = plan->segments; other < s; other++)
		if (s->start < other->start + other->pages * PAGE_SIZE && other->start < end)
			return -ENOEXEC;
	if (headers >= p->p_offset && headers - p->p_offset < p->p_filesz)
		plan->headers = start + (headers - p->p_offset);
	plan->count++;
	return 0;
}

int elf_check(const void *file, size_t size, struct elf_plan *plan)
{
	const Elf64_Ehdr *header = file;
	const Elf64_Phdr *p;
	uintptr_t base;
	int error = check_header(header, size);

	if (error)
		return error;
	base = header->e_type == ET_DYN ? USER_PIE_BASE : 0;
	plan->entry = base + header->e_entry;
	plan->headers = 0;
	plan->header_count = header->e_phnum;
	plan->count = 0;
	p = (const Elf64_Phdr *)((const uint8_t *)file + header->e_phoff);
	for (unsigned i = 0; i < header->e_phnum; i++, p++) {
		if (p->p_type == PT_INTERP)
			return -ENOEXEC; /* dynamic linking is not offered */
		if (p->p_type != PT_LOAD || p->p_memsz == 0)
			continue;
		error = check_segment(p, size, base);
		if (!error)
			error = add_segment(plan, file, p, base);
		if (error)
			return error;
	}
	for (const struct load_segment *s = plan->segments; s < plan->segments + plan->count; s++)
		if (!(s->flags & PTE_NX) && plan->entry >= s->start + s->data_offset &&
		    plan->entry < s->start + s->data_offset + s->data_size)
			return 0;
	return -ENOEXEC;
}
