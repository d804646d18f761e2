/* SPDX-License-Identifier: MIT */
#include "tests/elf/odd.h"

uint8_t pattern(size_t offset)
{
	return (uint8_t)(1 + (offset * 7 + offset / 256 * 13) % 251);
}

void put(struct image *i, const void *bytes, size_t size)
{
	memcpy(i->bytes + i->code, bytes, size);
	i->code += size;
}

void put_number(struct image *i, uint32_t number)
{
	put(i, &number, sizeof number);
}

void put_address(struct image *i, uintptr_t address)
{
	const int64_t distance = (int64_t)(address - (i->text + i->code + 7));

	if (distance == (int32_t)distance) {
		PUT(i, 0x48, 0x8d, 0x05);
		put_number(i, (uint32_t)distance);
	} else {
		PUT(i, 0x48, 0xb8);
		put(i, &address, sizeof address);
	}
}

void put_exit(struct image *i, unsigned status)
{
	PUT(i, 0xbf);
	put_number(i, status);
	PUT(i, 0xb8);
	put_number(i, 60);
	PUT(i, 0x0f, 0x05);
}

void check(struct image *i, uintptr_t address, uint8_t value)
{
	put_address(i, address);
	PUT(i, 0x80, 0x38, value, 0x74, 12);
	put_exit(i, 100 + i->checks++);
}

void change(struct image *i, uintptr_t address)
{
	put_address(i, address);
	PUT(i, 0xc6, 0x00, 0x5a);
	check(i, address, 0x5a);
}

void protect(struct image *i, uintptr_t address, uint32_t size, uint32_t protection)
{
	put_address(i, address);
	PUT(i, 0x48, 0x89, 0xc7, 0xbe);
	put_number(i, size);
	PUT(i, 0xba);
	put_number(i, protection);
	PUT(i, 0xb8);
	put_number(i, 10);
	PUT(i, 0x0f, 0x05, 0x85, 0xc0, 0x74, 12);
	put_exit(i, 100 + i->checks++);
}

void add(struct image *i, uint32_t flags, uint64_t offset, uint64_t address, uint64_t size, uint64_t memory)
{
	i->segments[i->header.e_phnum++] =
	        (Elf64_Phdr){ PT_LOAD, flags, offset, address, address, size, memory, PAGE };
}

void begin(struct image *i, uint16_t type, uintptr_t text)
{
	memset(i, 0, sizeof *i);
	i->header = (Elf64_Ehdr){ .e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB,
		                               EV_CURRENT },
		                  .e_type = type,
		                  .e_machine = EM_X86_64,
		                  .e_version = EV_CURRENT,
		                  .e_entry = text + CODE,
		                  .e_phoff = sizeof(Elf64_Ehdr),
		                  .e_ehsize = sizeof(Elf64_Ehdr),
		                  .e_phentsize = sizeof(Elf64_Phdr) };
	i->size = 3 * PAGE;
	for (size_t at = PAGE; at < sizeof i->bytes; at++)
		i->bytes[at] = pattern(at);
	i->text = text;
	i->code = CODE;
	add(i, R | X, 0, text, PAGE, PAGE);
}

void plain(struct image *i)
{
	begin(i, ET_EXEC, TEXT);
	add(i, R | W, PAGE + 0x300, DATA, 0x1d00, 0x4000);
	check(i, DATA, pattern(PAGE + 0x300));
	check(i, DATA + 0x1cff, pattern(3 * PAGE - 1));
	check(i, DATA + 0x1d00, 0);
	check(i, DATA + 0x3fff, 0);
	change(i, DATA);
	change(i, DATA + 0x3fff);
}

void plain_pie(struct image *i)
{
	plain(i);
	i->header.e_type = ET_DYN;
}
