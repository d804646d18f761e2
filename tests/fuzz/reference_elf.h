/* SPDX-License-Identifier: MIT */
/* What loading an ELF file means, written down plainly: loader/elf.c is held against it. Nothing here is fast. */
#pragma once

#include <elf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/fuzz/fuzz.h"

enum verdict { REFUSED, ACCEPTED, EITHER };

struct reference {
	const uint8_t *file;
	size_t size;
	enum verdict verdict;
	uintptr_t base, entry;
	size_t count; /* of the segments to load, which are copied here */
	Elf64_Phdr loads[INPUT_MOST / sizeof(Elf64_Phdr)];
	size_t candidates; /* of addresses at which the program headers can be seen */
	uintptr_t headers[INPUT_MOST / sizeof(Elf64_Phdr)];
};

/* Reads the file. What stands in `reference` is right as far as the file is not refused. */
void reference_read(struct reference *reference, const uint8_t *file, size_t size);

/* PF_W and PF_X of all segments with bytes in a page; *mapped: there is such a segment. */
uint32_t reference_rights(const struct reference *reference, uintptr_t page, bool *mapped);

/* Checks a loaded page byte by byte. */
void reference_check_page(const struct reference *reference, uintptr_t page, const uint8_t *bytes);
