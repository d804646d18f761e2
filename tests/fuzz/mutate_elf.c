/* SPDX-License-Identifier: MIT */
/*
 * The mutator for ELF files. It changes fields of headers, often to limits of the address space,
 * and places segments next to each other.
 */
#include "tests/fuzz/mutate.h"

#include <elf.h>
#include <string.h>

#include "loader/elf.h"

#define SEGMENTS_MAX (2 * ELF_SEGMENTS_INLINE) /* maximum number of segments that are changed */

static uint64_t edge(struct mutation *m)
{
	static const uint64_t edges[] = {
		0,
		1,
		0x40,
		0x1000,
		USER_BASE,
		0x400000,
		0x401000,
		0x402000,
		USER_PIE_BASE,
		USER_STACK_BASE,
		USER_STACK_BASE - 0x1000,
		USER_TOP,
		ELF_ZEROS_LOADED,
		1UL << 30,
		1UL << 31,
		1UL << 32,
		1UL << 46,
		1UL << 47,
		USER_STACK_BASE - USER_PIE_BASE,
		1UL << 63,
		UINT64_MAX,
	};
	uint64_t number = edges[pick(m, sizeof edges / sizeof *edges)];

	switch (pick(m, 4)) {
	case 0:
		return number;
	case 1:
		return number + pick(m, 17) - 8;
	case 2:
		return number + (pick(m, 9) - 4) * PAGE_SIZE;
	default:
		return pick(m, 0x3000);
	}
}

/*
 * Places segment *p at an address above *before, often in the same page. The distance from *before
 * is often the same in the file as in memory. The file has `size` bytes.
 */
static void put_behind(struct mutation *m, Elf64_Phdr *p, const Elf64_Phdr *before, size_t size)
{
	p->p_type = PT_LOAD;
	p->p_vaddr = before->p_vaddr + before->p_memsz + (pick(m, 3) ? pick(m, 64) : pick(m, 2 * PAGE_SIZE));
	if (pick(m, 4))
		p->p_offset = before->p_offset + (p->p_vaddr - before->p_vaddr);
	if (pick(m, 2))
		p->p_filesz = p->p_memsz = pick(m, 2) ? pick(m, 64) : pick(m, size);
	p->p_align = pick(m, 3) ? 0 : PAGE_SIZE;
}

/* Turns *p into a valid segment that follows the old *p, in a file of `size` bytes. */
static void move_on(struct mutation *m, Elf64_Phdr *p, size_t size)
{
	static const uint32_t rights[] = { PF_R, PF_R | PF_W, PF_R | PF_X, 0 };
	uint64_t gap = pick(m, 4) ? 0 : pick(m, 2) ? pick(m, 64) : PAGE_SIZE - p->p_vaddr % PAGE_SIZE;

	p->p_vaddr += p->p_memsz + gap;
	p->p_offset += p->p_memsz + gap;
	if (p->p_offset >= size) { /* restarts at offset 0 of the file, in a new page */
		p->p_vaddr = (p->p_vaddr + PAGE_MASK) & ~PAGE_MASK;
		p->p_offset = 0;
	}
	p->p_filesz = 1 + pick(m, pick(m, 4) ? 100 : size);
	if (p->p_filesz > size - p->p_offset)
		p->p_filesz = size - p->p_offset;
	p->p_memsz = p->p_filesz + (pick(m, 8) ? 0 : pick(m, 2 * PAGE_SIZE));
	if (pick(m, 3) == 0)
		p->p_flags = rights[pick(m, 4)];
}

/*
 * Appends to the file a program header table with many consecutive segments. In many tables, a few
 * segments repeat. Returns the file's new size, or the old one if the table does not fit in `most`
 * bytes.
 */
static size_t add_table(struct mutation *m, uint8_t *bytes, size_t size, size_t most, Elf64_Ehdr *header)
{
	const size_t count = 1 + pick(m, SEGMENTS_MAX), period = pick(m, 2) ? count : 1 + pick(m, 4);
	const size_t more = pick(m, 4) ? 0 : pick(m, PAGE_SIZE), at = size + more;
	Elf64_Phdr table[SEGMENTS_MAX], p = { PT_LOAD, PF_R, 0, 0x400000, 0, 0, 0, 0 };

	if (at + count * sizeof p > most)
		return size;
	memset(bytes + size, 1, at - size);
	size = at;
	for (size_t i = 0; i < count; i++) {
		if (i < period) {
			move_on(m, &p, size);
			table[i] = p;
		} else {
			table[i] = table[i - period];
			table[i].p_vaddr += (p.p_vaddr + p.p_memsz + PAGE_MASK - 0x400000) & ~PAGE_MASK;
		}
		if (table[i].p_flags & PF_X)
			header->e_entry = table[i].p_vaddr;
	}
	memcpy(bytes + at, table, count * sizeof p);
	header->e_phoff = at;
	header->e_phnum = (uint16_t)count;
	return at + count * sizeof p;
}

/*
 * Makes a segment end at or past the end of the file, or begin past it. If the segment would take
 * more than 16 pages of the file, its size becomes random and smaller, so it may also end earlier.
 */
static void put_past_end(struct mutation *m, Elf64_Phdr *p, size_t size)
{
	if (pick(m, 2))
		p->p_offset = (size & ~PAGE_MASK) + pick(m, 3) * PAGE_SIZE + (p->p_vaddr & PAGE_MASK);
	p->p_filesz = size - p->p_offset + pick(m, 3) * PAGE_SIZE + pick(m, 2) * pick(m, PAGE_SIZE);
	if (p->p_filesz > 16 * PAGE_SIZE)
		p->p_filesz = pick(m, 4 * PAGE_SIZE);
	p->p_memsz = p->p_filesz + pick(m, 2) * pick(m, 4 * PAGE_SIZE);
}

static void change_segment(struct mutation *m, Elf64_Phdr *segments, size_t count, Elf64_Ehdr *header,
                           size_t size)
{
	static const uint32_t rights[] = {
		PF_R, PF_R | PF_X, PF_R | PF_W, PF_X, PF_W, 0, PF_R | PF_W | PF_X
	};
	Elf64_Phdr *p = &segments[pick(m, count)], *other = &segments[pick(m, count)], copy = *p;
	uint64_t *fields[] = { &p->p_offset, &p->p_vaddr, &p->p_filesz, &p->p_memsz, &p->p_align };

	switch (pick(m, 12)) {
	case 0:
		*fields[pick(m, 5)] = edge(m);
		break;
	case 1:
		*fields[pick(m, 5)] += pick(m, 33) - 16;
		break;
	case 2:
		p->p_flags = rights[pick(m, 7)];
		break;
	case 3:
		p->p_type = pick(m, 4) ? PT_LOAD : (uint32_t)pick(m, 8);
		break;
	case 4:
		*p = *other;
		*other = copy;
		break;
	case 5:
		*p = *other;
		put_behind(m, p, other, size);
		break;
	case 6:
		p->p_memsz = p->p_filesz + (pick(m, 2) ? 0 : pick(m, 0x4000));
		break;
	case 7:
		header->e_entry = p->p_vaddr + (pick(m, 2) ? 0 : pick(m, p->p_filesz + 2));
		break;
	case 8:
		p->p_offset = (p->p_offset & ~PAGE_MASK) | (p->p_vaddr & PAGE_MASK);
		break;
	case 9:
		put_past_end(m, p, size);
		break;
	case 10:
		p->p_align = pick(m, 4) ? 1UL << pick(m, 50) : edge(m);
		break;
	default:
		put_behind(m, p, other, size);
	}
}

/* Makes the ELF header valid, except for the place and size of the program header table. */
static void repair(Elf64_Ehdr *header)
{
	memcpy(header->e_ident, ELFMAG, SELFMAG);
	if (header->e_type != ET_DYN)
		header->e_type = ET_EXEC;
	header->e_machine = EM_X86_64;
	header->e_phentsize = sizeof(Elf64_Phdr);
}

size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t size, size_t most, unsigned seed)
{
	struct mutation m = { seed };
	Elf64_Ehdr header;
	Elf64_Phdr segments[SEGMENTS_MAX];
	size_t count;

	if (size < sizeof header || pick(&m, 4) == 0)
		return LLVMFuzzerMutate(bytes, size, most);
	memcpy(&header, bytes, sizeof header);
	if (pick(&m, 8))
		repair(&header);
	if (pick(&m, 12) == 0) {
		size = add_table(&m, bytes, size, most, &header);
		memcpy(bytes, &header, sizeof header);
		return size;
	}
	if (header.e_phoff > size || pick(&m, 16) == 0)
		header.e_phoff = sizeof header;
	count = (size - header.e_phoff) / sizeof *segments;
	if (count > SEGMENTS_MAX)
		count = SEGMENTS_MAX;
	if (!count)
		return LLVMFuzzerMutate(bytes, size, most);
	if (pick(&m, 8) == 0)
		header.e_phnum = (uint16_t)(1 + pick(&m, count));
	if (pick(&m, 16) == 0)
		header.e_type = header.e_type == ET_DYN ? ET_EXEC : ET_DYN;
	if (header.e_phnum && header.e_phnum < count)
		count = header.e_phnum;
	memcpy(segments, bytes + header.e_phoff, count * sizeof *segments);
	for (uint64_t n = 1 + pick(&m, 3); n > 0; n--)
		change_segment(&m, segments, count, &header, size);
	memcpy(bytes + header.e_phoff, segments, count * sizeof *segments);
	memcpy(bytes, &header, sizeof header);
	return size;
}
