/* SPDX-License-Identifier: MIT */
/*
 * Checks the header, and plans files of the usual form, as linkers make them. If anything about a
 * segment is unusual, elf_odd.c examines the whole file again and decides.
 */
#include "loader/elf.h"

#include "lib/errno.h"
#include "loader/elf_odd.h"

#define TABLE_MAX   (64 * KIB) /* bytes of program headers, as in Linux */
#define HEADERS_MAX (TABLE_MAX / sizeof(Elf64_Phdr))

#define MAGIC       (ELFMAG0 | (uint32_t)ELFMAG1 << 8 | (uint32_t)ELFMAG2 << 16 | (uint32_t)ELFMAG3 << 24)

/*
 * Page flags, indexed by the rights PF_*. SPECIAL: no rights at all, or both writable and
 * executable.
 */
#define SPECIAL     UINT64_MAX
static const uint64_t flags_of[8] = { SPECIAL, 0, PTE_WRITE | PTE_NX, SPECIAL,
	                              PTE_NX,  0, PTE_WRITE | PTE_NX, SPECIAL };

/*
 * Returns 0 or -ENOEXEC. Like Linux, checks e_machine but ignores e_version, e_ehsize and the rest
 * of e_ident.
 */
static int check_header(const Elf64_Ehdr *h, size_t size)
{
	if (size < sizeof *h || *(const uint32_t *)h->e_ident != MAGIC)
		return -ENOEXEC;
	if ((h->e_type != ET_EXEC && h->e_type != ET_DYN) || h->e_machine != EM_X86_64)
		return -ENOEXEC;
	if (h->e_phentsize != sizeof(Elf64_Phdr) || h->e_phnum - 1U >= HEADERS_MAX)
		return -ENOEXEC;
	if (h->e_phoff > size || h->e_phnum > (size - h->e_phoff) / sizeof(Elf64_Phdr))
		return -ENOEXEC;
	return 0;
}

/*
 * Returns true if nothing about the segment is unusual, so that it can be loaded as it is, at
 * `base` plus its address.
 */
static bool is_plain(const Elf64_Phdr *p, size_t size, uintptr_t base)
{
	const uintptr_t lowest = base ? 0 : USER_BASE, top = IMAGE_TOP - base;

	if (p->p_filesz > p->p_memsz || p->p_offset > size || p->p_filesz > size - p->p_offset)
		return false;
	if (p->p_vaddr < lowest || p->p_vaddr > top || p->p_memsz > top - p->p_vaddr)
		return false;
	/*
	 * Whole pages of zeros are loaded only if they have at most ELF_ZEROS_LOADED bytes. The
	 * first and the last page of the zeros may also contain other bytes, so the limit here is
	 * two pages lower. For more zeros, elf_plan_odd() counts the pages exactly.
	 */
	if (((p->p_vaddr ^ p->p_offset) & PAGE_MASK) ||
	    p->p_memsz - p->p_filesz > ELF_ZEROS_LOADED - 2 * PAGE_SIZE)
		return false;
	return p->p_align <= USER_PIE_BASE;
}

/*
 * Adds a segment to the plan. Returns false without adding it if there is no room, its rights are
 * SPECIAL, or it shares a page with another segment.
 */
static bool add_segment(struct elf_plan *plan, const uint8_t *file, const Elf64_Phdr *p, uintptr_t base)
{
	struct load_segment *s = &plan->segments[plan->count];
	uintptr_t start = base + p->p_vaddr, end = page_above(start + p->p_memsz);
	const uint64_t flags = flags_of[p->p_flags & 7];
	uint64_t headers = ((const Elf64_Ehdr *)file)->e_phoff;

	if (plan->count == plan->room || flags == SPECIAL)
		return false;
	s->start = start & ~PAGE_MASK;
	s->pages = (end - s->start) / PAGE_SIZE;
	s->flags = flags;
	s->data = file + p->p_offset;
	s->data_size = p->p_filesz;
	s->data_offset = start - s->start;
	if (headers >= p->p_offset && headers - p->p_offset < p->p_filesz)
		plan->headers = start + (headers - p->p_offset);
	for (const struct load_segment *other = plan->segments; other < s; other++)
		if (s->start < other->start + other->pages * PAGE_SIZE && other->start < end)
			return false;
	plan->count++;
	return true;
}

int elf_check_plan(const void *file, size_t size, struct elf_plan *plan)
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
			return -ENOEXEC; /* dynamic linking is not supported */
		if (p->p_type != PT_LOAD || !(p->p_memsz | p->p_filesz))
			continue;
		if (!is_plain(p, size, base) || !add_segment(plan, file, p, base))
			return elf_plan_odd(file, size, plan);
	}
	for (const struct load_segment *s = plan->segments; s < plan->segments + plan->count; s++)
		if (!(s->flags & PTE_NX) && plan->entry >= s->start + s->data_offset &&
		    plan->entry < s->start + s->data_offset + s->data_size)
			return 0;
	return -ENOEXEC;
}
