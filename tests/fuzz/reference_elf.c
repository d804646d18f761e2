/* SPDX-License-Identifier: MIT */
#include "tests/fuzz/reference_elf.h"

#include <string.h>

#include "loader/elf.h"

#define IMAGE_TOP (USER_STACK_BASE - PAGE_SIZE) /* the page above is the stack's guard page */

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

static uintptr_t page_end(uint64_t address)
{
	return page_of(address + PAGE_SIZE - 1);
}

/* Returns how many bytes of the segment are in the file. */
static size_t present(const struct reference *r, const Elf64_Phdr *p)
{
	if (p->p_offset >= r->size)
		return 0;
	return p->p_filesz < r->size - p->p_offset ? p->p_filesz : r->size - p->p_offset;
}

static bool header_is_good(const Elf64_Ehdr *h, size_t size)
{
	return size >= 64 &&
	       memcmp(h->e_ident,
	              "\x7f"
	              "ELF",
	              4) == 0 &&
	       (h->e_type == ET_EXEC || h->e_type == ET_DYN) && h->e_machine == EM_X86_64 &&
	       h->e_phentsize == 56 && h->e_phnum > 0 && h->e_phnum * 56 <= 65536 &&
	       (__uint128_t)h->e_phoff + h->e_phnum * 56 <= size;
}

static bool segment_is_good(const struct reference *r, const Elf64_Phdr *p)
{
	const __uint128_t file_end = (__uint128_t)p->p_offset + p->p_filesz;

	if (p->p_filesz > p->p_memsz || (__uint128_t)p->p_vaddr + p->p_memsz > USER_TOP)
		return false;
	if ((p->p_flags & (PF_W | PF_X)) == (PF_W | PF_X))
		return false;
	if (p->p_filesz == 0)
		return true;
	if (p->p_vaddr % PAGE_SIZE != p->p_offset % PAGE_SIZE ||
	    file_end > INT64_MAX - USER_TOP + p->p_filesz)
		return false;
	/*
	 * If a .bss begins inside a page, Linux must zero the rest of that page. It cannot do so
	 * if the page is past the end of the file.
	 */
	return p->p_memsz == p->p_filesz || !(p->p_flags & PF_W) || file_end % PAGE_SIZE == 0 ||
	       (file_end - 1) / PAGE_SIZE <= (r->size - 1) / PAGE_SIZE;
}

/*
 * Sets r->base, which is added to the addresses in the file; it is 0 unless `anywhere` (a PIE).
 * Returns false if the image does not fit in user memory.
 */
static bool place(struct reference *r, bool anywhere)
{
	uint64_t alignment = PAGE_SIZE, lowest = UINT64_MAX, end = 0;

	for (const Elf64_Phdr *p = r->loads; p < r->loads + r->count; p++) {
		if (__builtin_popcountl(p->p_align) == 1 && p->p_align > alignment)
			alignment = p->p_align;
		lowest = page_of(p->p_vaddr) < lowest ? page_of(p->p_vaddr) : lowest;
		end = p->p_vaddr + p->p_memsz > end ? p->p_vaddr + p->p_memsz : end;
	}
	if (anywhere) {
		const uint64_t first = alignment > USER_PIE_BASE ? alignment : USER_PIE_BASE;

		r->base =
		        (__uint128_t)first + end > IMAGE_TOP ? first - lowest / alignment * alignment : first;
		if (first > IMAGE_TOP)
			return false;
	}
	return r->base + lowest >= USER_BASE && (__uint128_t)(r->base + lowest) + (end - lowest) <= IMAGE_TOP;
}

static bool touches(const struct reference *r, const Elf64_Phdr *p, uintptr_t page)
{
	return page_of(start_of(r, p)) <= page && page <= last_page(r, p);
}

uint32_t reference_rights(const struct reference *r, uintptr_t page)
{
	uint32_t rights = 0;

	for (const Elf64_Phdr *p = r->loads; p < r->loads + r->count; p++)
		if (touches(r, p, page))
			rights |= p->p_flags & (PF_R | PF_W | PF_X);
	return rights;
}

static size_t owners(const struct reference *r, uintptr_t page, const Elf64_Phdr **owner)
{
	size_t count = 0;

	for (const Elf64_Phdr *p = r->loads; p < r->loads + r->count; p++)
		if (touches(r, p, page)) {
			*owner = p;
			count++;
		}
	return count;
}

/* The pages that a segment shares with no other segment: [start, end). */
struct own {
	uintptr_t start, end, zeros; /* the pages in [zeros, end) have only zeros */
	bool past_end;               /* some pages of file data are past the end of the file */
};

static size_t file_page_of(const struct reference *r, const Elf64_Phdr *p, uintptr_t page)
{
	return p->p_offset / PAGE_SIZE + (page - page_of(start_of(r, p))) / PAGE_SIZE;
}

static struct own own_pages(const struct reference *r, const Elf64_Phdr *p)
{
	const Elf64_Phdr *owner;
	struct own own = { .start = page_of(start_of(r, p)), .end = last_page(r, p) + PAGE_SIZE };
	const uintptr_t file_end = p->p_filesz ? page_end(start_of(r, p) + p->p_filesz) : own.start;

	if (owners(r, own.start, &owner) > 1)
		own.start += PAGE_SIZE;
	if (own.end > own.start && owners(r, own.end - PAGE_SIZE, &owner) > 1)
		own.end -= PAGE_SIZE;
	own.zeros = file_end < own.start ? own.start : file_end > own.end ? own.end : file_end;
	own.past_end = own.zeros > own.start &&
	               file_page_of(r, p, own.zeros - PAGE_SIZE) >= (r->size + PAGE_SIZE - 1) / PAGE_SIZE;
	return own;
}

/* Returns true if the kernel makes the segment's pages of zeros on first use, not when loading. */
static bool zeros_are_late(const Elf64_Phdr *p, const struct own *own)
{
	return own->past_end || own->end - own->zeros > ELF_ZEROS_LOADED ||
	       !(p->p_flags & (PF_R | PF_W | PF_X));
}

enum page_kind reference_kind(const struct reference *r, uintptr_t page, size_t *file_page)
{
	const Elf64_Phdr *p = NULL;
	const size_t count = owners(r, page, &p);
	struct own own;

	if (count != 1)
		return count ? LOADED : NOT_MAPPED;
	own = own_pages(r, p);
	if (page >= own.zeros)
		return zeros_are_late(p, &own) ? ZEROS : LOADED;
	*file_page = file_page_of(r, p, page);
	return *file_page < (r->size + PAGE_SIZE - 1) / PAGE_SIZE ? LOADED : PAST_END;
}

size_t reference_places(const struct reference *r)
{
	size_t places = 0;

	for (const Elf64_Phdr *p = r->loads; p < r->loads + r->count; p++) {
		const struct own own = own_pages(r, p);
		const bool hidden = !(p->p_flags & (PF_R | PF_W | PF_X));

		places += 1 + hidden + own.past_end + (own.end > own.zeros && zeros_are_late(p, &own));
		places += (own.start > start_of(r, p)) + (own.end <= last_page(r, p)) * (1 + hidden);
	}
	return places;
}

static bool all_can_be_together(const struct reference *r)
{
	for (const Elf64_Phdr *a = r->loads; a < r->loads + r->count; a++) {
		for (const Elf64_Phdr *b = r->loads; b < r->loads + r->count; b++)
			if (a != b && a->p_vaddr < b->p_vaddr + b->p_memsz &&
			    b->p_vaddr < a->p_vaddr + a->p_memsz)
				return false;
		if ((reference_rights(r, page_of(start_of(r, a))) & (PF_W | PF_X)) == (PF_W | PF_X) ||
		    (reference_rights(r, last_page(r, a)) & (PF_W | PF_X)) == (PF_W | PF_X))
			return false;
	}
	return true;
}

/* Returns true if the entry point is a byte of the file in an executable page. */
static bool entry_is_good(const struct reference *r)
{
	for (const Elf64_Phdr *p = r->loads; p < r->loads + r->count; p++)
		if (r->entry >= start_of(r, p) && r->entry - start_of(r, p) < present(r, p))
			return reference_rights(r, page_of(r->entry)) & PF_X;
	return false;
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
	for (unsigned i = 0; i < h.e_phnum; i++) {
		Elf64_Phdr *p = &r->loads[r->count];

		memcpy(p, file + h.e_phoff + i * sizeof *p, sizeof *p);
		if (p->p_type == PT_INTERP)
			return;
		if (p->p_type != PT_LOAD || (p->p_memsz == 0 && p->p_filesz == 0))
			continue;
		if (!segment_is_good(r, p))
			return;
		r->count++;
	}
	if (r->count == 0 || !place(r, h.e_type == ET_DYN))
		return;
	r->entry = r->base + h.e_entry;
	for (const Elf64_Phdr *p = r->loads; p < r->loads + r->count; p++)
		if (h.e_phoff >= p->p_offset && h.e_phoff - p->p_offset < p->p_filesz)
			r->headers[r->candidates++] = start_of(r, p) + h.e_phoff - p->p_offset;
	if (all_can_be_together(r) && entry_is_good(r))
		r->verdict = ACCEPTED;
}

/*
 * Returns true if the byte at `address`, which is in no segment, may have this value. Zero is
 * always allowed; between two segments that share the page, the byte of the file is allowed too.
 */
static bool may_be_between(const struct reference *r, uintptr_t address, uint8_t value)
{
	const Elf64_Phdr *below = NULL;
	bool above = false;
	size_t at;

	if (value == 0)
		return true;
	for (const Elf64_Phdr *p = r->loads; p < r->loads + r->count; p++) {
		if (start_of(r, p) < address && (!below || p->p_vaddr > below->p_vaddr))
			below = p;
		above |= start_of(r, p) > address && page_of(start_of(r, p)) == page_of(address);
	}
	if (!above || !below || last_page(r, below) != page_of(address))
		return false;
	at = below->p_offset + (address - start_of(r, below));
	return at < r->size && r->file[at] == value;
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
		if (start + present(r, p) <= page + from)
			continue;
		file_to = start + present(r, p) < page + PAGE_SIZE ? start + present(r, p) - page : PAGE_SIZE;
		memcpy(want + from, r->file + p->p_offset + (page + from - start), file_to - from);
	}
	if (memcmp(bytes, want, PAGE_SIZE) == 0)
		return;
	for (size_t i = 0; i < PAGE_SIZE; i++)
		require(covered[i] ? bytes[i] == want[i] : may_be_between(r, page + i, bytes[i]));
}
