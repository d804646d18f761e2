/* SPDX-License-Identifier: MIT */
#include "loader/elf.h"

#include <elf.h>
#include <stdbool.h>

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

static uint64_t flags_of(const Elf64_Phdr *p)
{
	return (p->p_flags & PF_W ? PTE_WRITE : 0) | (p->p_flags & PF_X ? 0 : PTE_NX);
}

static uintptr_t page_above(uintptr_t address)
{
	return (address + PAGE_MASK) & ~PAGE_MASK;
}

/* The part of a segment from page `first` on. */
static __attribute__((noinline)) struct load_segment part_from(const uint8_t *file, const Elf64_Phdr *p,
                                                               uintptr_t base, uintptr_t first)
{
	uintptr_t start = base + p->p_vaddr, from = start > first ? start : first;
	size_t skipped = from - start < p->p_filesz ? from - start : p->p_filesz; /* of the data */

	return (struct load_segment){
		.start = first,
		.pages = (page_above(start + p->p_memsz) - first) / PAGE_SIZE,
		.flags = flags_of(p),
		.data = file + p->p_offset + skipped,
		.data_size = p->p_filesz - skipped,
		.data_offset = from - first,
	};
}

#define SHARES_PAGE 1

/* 0, SHARES_PAGE with another segment (it is not added), or -E2BIG. */
static int add_segment(struct elf_plan *plan, const uint8_t *file, const Elf64_Phdr *p, uintptr_t base)
{
	struct load_segment *s = &plan->segments[plan->count];
	uintptr_t start = base + p->p_vaddr, end = page_above(start + p->p_memsz);
	uint64_t headers = ((const Elf64_Ehdr *)file)->e_phoff;

	if (plan->count == plan->room)
		return -E2BIG;
	s->start = start & ~PAGE_MASK;
	s->pages = (end - s->start) / PAGE_SIZE;
	s->flags = flags_of(p);
	s->data = file + p->p_offset;
	s->data_size = p->p_filesz;
	s->data_offset = start - s->start;
	if (headers >= p->p_offset && headers - p->p_offset < p->p_filesz)
		plan->headers = start + (headers - p->p_offset);
	for (const struct load_segment *other = plan->segments; other < s; other++)
		if (s->start < other->start + other->pages * PAGE_SIZE && other->start < end)
			return SHARES_PAGE;
	plan->count++;
	return 0;
}

/* The segments that are loaded, by address. -E2BIG, or -ENOEXEC when they overlap. */
static int sort_segments(const Elf64_Phdr *headers, const struct elf_plan *plan, const Elf64_Phdr **sorted,
                         size_t *count)
{
	*count = 0;
	for (const Elf64_Phdr *p = headers; p < headers + plan->header_count; p++) {
		size_t i = *count;

		if (p->p_type != PT_LOAD || p->p_memsz == 0)
			continue;
		if (i == plan->room)
			return -E2BIG;
		for (; i > 0 && sorted[i - 1]->p_vaddr > p->p_vaddr; i--)
			sorted[i] = sorted[i - 1];
		sorted[i] = p;
		++*count;
	}
	for (size_t i = 1; i < *count; i++)
		if (sorted[i]->p_vaddr - sorted[i - 1]->p_vaddr < sorted[i - 1]->p_memsz)
			return -ENOEXEC;
	return 0;
}

/*
 * The last page that is planned gets `p` as well, whose first it is. It must be in the file as it is in memory. Then it has the
 * rights of both, and the pages around it their own.
 */
static int share_page(struct elf_plan *plan, const uint8_t *file, const Elf64_Phdr *before,
                      const Elf64_Phdr *p, uintptr_t base)
{
	struct load_segment *s = &plan->segments[plan->count - 1];
	const uintptr_t start = base + p->p_vaddr, page = start & ~PAGE_MASK, next = page + PAGE_SIZE;
	const uint64_t flags = flags_of(p),
	               both = ((s->flags | flags) & PTE_WRITE) | (s->flags & flags & PTE_NX);

	if (p->p_vaddr - p->p_offset != before->p_vaddr - before->p_offset ||
	    before->p_filesz != before->p_memsz)
		return -ENOEXEC;
	if ((both & PTE_WRITE) && !(both & PTE_NX))
		return -ENOEXEC;
	if (both != s->flags && s->pages > 1) {
		if (plan->count == plan->room)
			return -E2BIG;
		s->pages--;
		s->data_size = s->pages * PAGE_SIZE - s->data_offset;
		s[1] = (struct load_segment){ .start = page, .pages = 1, .data = s->data + s->data_size };
		s++;
		plan->count++;
	}
	s->flags = both;
	s->data_size =
	        start - s->start - s->data_offset + (p->p_filesz < next - start ? p->p_filesz : next - start);
	if (start + p->p_memsz <= next)
		return 0;
	if (plan->count == plan->room)
		return -E2BIG;
	plan->segments[plan->count++] = part_from(file, p, base, next);
	return 0;
}

/* Plans anew, for segments that share pages. */
static __attribute__((noinline)) int plan_shared(struct elf_plan *plan, const uint8_t *file,
                                                 const Elf64_Phdr *headers, uintptr_t base)
{
	const Elf64_Phdr *sorted[ELF_SEGMENTS_MOST];
	size_t count;
	int error = sort_segments(headers, plan, sorted, &count);

	plan->count = 0;
	for (size_t i = 0; !error && i < count; i++) {
		const struct load_segment *last = i ? &plan->segments[plan->count - 1] : NULL;
		uintptr_t page = (base + sorted[i]->p_vaddr) & ~PAGE_MASK;

		if (last && last->start + last->pages * PAGE_SIZE > page)
			error = share_page(plan, file, sorted[i - 1], sorted[i], base);
		else if (plan->count == plan->room)
			error = -E2BIG;
		else
			plan->segments[plan->count++] = part_from(file, sorted[i], base, page);
	}
	return error;
}

int elf_check_plan(const void *file, size_t size, struct elf_plan *plan)
{
	const Elf64_Ehdr *header = file;
	const Elf64_Phdr *p;
	uintptr_t base;
	bool shares = false;
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
		if (error < 0)
			return error;
		shares |= error == SHARES_PAGE;
	}
	if (shares) {
		error = plan_shared(plan, file, p - header->e_phnum, base);
		if (error)
			return error;
	}
	for (const struct load_segment *s = plan->segments; s < plan->segments + plan->count; s++)
		if (!(s->flags & PTE_NX) && plan->entry >= s->start + s->data_offset &&
		    plan->entry < s->start + s->data_offset + s->data_size)
			return 0;
	return -ENOEXEC;
}
