/* SPDX-License-Identifier: MIT */
#include "tests/fuzz/reference_elf.h"

#include <string.h>

#define IMAGE_TOP (USER_STACK_BASE - PAGE_SIZE) /* the stack's guard page stays free */

static uintptr_t start_of(const struct reference *r, const Elf64_Phdr *p)
{
	return r->base + p->p_vaddr;
}

static uintptr_t page_of(uintptr_t address)
{
	return address - address % PAGE_SIZE;
}

static uintptr_t last_page(const struct reference *r, const Elf64_Phdr *p)
{
	return page_of(start_of(r, p) + p->p_memsz - 1);
}

static bool header_is_good(const Elf64_Ehdr *h, size_t size)
{
	static const uint8_t ident[] = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT };

	return size >= 64 && memcmp(h->e_ident, ident, sizeof ident) == 0 &&
	       (h->e_type == ET_EXEC || h->e_type == ET_DYN) && h->e_machine == EM_X86_64 &&
	       h->e_version == EV_CURRENT && h->e_ehsize == 64 && h->e_phentsize == 56 && h->e_phnum > 0 &&
	       h->e_phnum < 0xffff && h->e_phoff % 8 == 0 && h->e_phoff <= size &&
	       (__uint128_t)h->e_phoff + h->e_phnum * 56 <= size;
}

static bool segment_is_good(const struct reference *r, const Elf64_Phdr *p)
{
	const __uint128_t start = (__uint128_t)r->base + p->p_vaddr;

	if (p->p_filesz > p->p_memsz || (__uint128_t)p->p_offset + p->p_filesz > r->size)
		return false;
	if (start < USER_BASE || start + p->p_memsz > IMAGE_TOP)
		return false;
	if ((p->p_flags & (PF_W | PF_X)) == (PF_W | PF_X))
		return false;
	return p->p_align < 2 ||
	       (__builtin_popcountl(p->p_align) == 1 && p->p_vaddr % p->p_align == p->p_offset % p->p_align);
}

/* The segments `a` and, above it, `b`: apart, or in one page that can be both's. */
static bool can_be_together(const struct reference *r, const Elf64_Phdr *a, const Elf64_Phdr *b)
{
	if (b->p_vaddr < a->p_vaddr + a->p_memsz)
		return false;
	if (last_page(r, a) != page_of(start_of(r, b)))
		return true;
	return a->p_filesz == a->p_memsz && a->p_offset - a->p_vaddr == b->p_offset - b->p_vaddr;
}

/* No segment lies between them. */
static bool are_neighbours(const struct reference *r, const Elf64_Phdr *a, const Elf64_Phdr *b)
{
	for (const Elf64_Phdr *c = r->loads; c < r->loads + r->count; c++)
		if (c != a && c != b && c->p_vaddr >= a->p_vaddr && c->p_vaddr < b->p_vaddr)
			return false;
	return true;
}

uint32_t reference_rights(const struct reference *r, uintptr_t page, bool *mapped)
{
	uint32_t rights = 0;

	*mapped = false;
	for (const Elf64_Phdr *p = r->loads; p < r->loads + r->count; p++)
		if (page_of(start_of(r, p)) <= page && page <= last_page(r, p)) {
			rights |= p->p_flags & (PF_W | PF_X);
			*mapped = true;
		}
	return rights;
}

static bool all_can_be_together(const struct reference *r)
{
	for (const Elf64_Phdr *a = r->loads; a < r->loads + r->count; a++) {
		bool mapped;

		for (const Elf64_Phdr *b = r->loads; b < r->loads + r->count; b++)
			if (a != b && (a->p_vaddr == b->p_vaddr ||
			               (a->p_vaddr < b->p_vaddr && are_neighbours(r, a, b) &&
			                !can_be_together(r, a, b))))
				return false;
		if (reference_rights(r, page_of(start_of(r, a)), &mapped) == (PF_W | PF_X) ||
		    reference_rights(r, last_page(r, a), &mapped) == (PF_W | PF_X))
			return false;
	}
	return true;
}

/* In a page that is executable, a byte of the file can be entered; what is between segments in it may be. */
static enum verdict judge_entry(const struct reference *r)
{
	enum verdict verdict = REFUSED;
	bool mapped;

	if (!(reference_rights(r, page_of(r->entry), &mapped) & PF_X))
		return REFUSED;
	for (const Elf64_Phdr *p = r->loads; p < r->loads + r->count; p++) {
		uintptr_t start = start_of(r, p);

		if (r->entry >= start && r->entry - start < p->p_memsz)
			return r->entry - start < p->p_filesz ? ACCEPTED : REFUSED;
		if (start > r->entry && page_of(start) == page_of(r->entry))
			verdict = EITHER;
	}
	return verdict;
}

void reference_read(struct reference *r, const uint8_t *file, size_t size)
{
	Elf64_Ehdr h;

	memset(r, 0, offsetof(struct reference, loads));
	r->candidates = 0;
	r->file = file;
	r->size = size;
	memcpy(&h, file, size < sizeof h ? size : sizeof h);
	if (!header_is_good(&h, size))
		return;
	r->base = h.e_type == ET_DYN ? USER_PIE_BASE : 0;
	r->entry = r->base + h.e_entry;
	for (unsigned i = 0; i < h.e_phnum; i++) {
		Elf64_Phdr *p = &r->loads[r->count];

		memcpy(p, file + h.e_phoff + i * sizeof *p, sizeof *p);
		if (p->p_type == PT_INTERP)
			return;
		if (p->p_type != PT_LOAD || p->p_memsz == 0)
			continue;
		if (!segment_is_good(r, p))
			return;
		if (h.e_phoff >= p->p_offset && h.e_phoff < p->p_offset + p->p_filesz)
			r->headers[r->candidates++] = start_of(r, p) + h.e_phoff - p->p_offset;
		r->count++;
	}
	if (all_can_be_together(r))
		r->verdict = judge_entry(r);
}

/* A byte of a page that is in no segment: zero, or between two segments that lie in the file as in memory, the file's. */
static bool may_be_between(const struct reference *r, uintptr_t address, uint8_t value)
{
	const Elf64_Phdr *below = NULL;
	bool above = false;

	if (value == 0)
		return true;
	for (const Elf64_Phdr *p = r->loads; p < r->loads + r->count; p++) {
		if (start_of(r, p) < address && (!below || p->p_vaddr > below->p_vaddr))
			below = p;
		above |= start_of(r, p) > address && page_of(start_of(r, p)) == page_of(address);
	}
	return above && below && last_page(r, below) == page_of(address) &&
	       r->file[below->p_offset + (address - start_of(r, below))] == value;
}

void reference_check_page(const struct reference *r, uintptr_t page, const uint8_t *bytes)
{
	static uint8_t want[PAGE_SIZE], covered[PAGE_SIZE];

	memset(want, 0, sizeof want);
	memset(covered, 0, sizeof covered);
	for (const Elf64_Phdr *p = r->loads; p < r->loads + r->count; p++) {
		uintptr_t start = start_of(r, p);
		size_t from, to, file_to;

		if (start >= page + PAGE_SIZE || start + p->p_memsz <= page)
			continue;
		from = start > page ? start - page : 0;
		to = start + p->p_memsz < page + PAGE_SIZE ? start + p->p_memsz - page : PAGE_SIZE;
		memset(covered + from, 1, to - from);
		if (start + p->p_filesz <= page + from)
			continue;
		file_to = start + p->p_filesz < page + PAGE_SIZE ? start + p->p_filesz - page : PAGE_SIZE;
		memcpy(want + from, r->file + p->p_offset + (page + from - start), file_to - from);
	}
	if (memcmp(bytes, want, PAGE_SIZE) == 0)
		return;
	for (size_t i = 0; i < PAGE_SIZE; i++)
		require(covered[i] ? bytes[i] == want[i] : may_be_between(r, page + i, bytes[i]));
}
