/* SPDX-License-Identifier: MIT */
/* What loading an ELF file means, written down plainly: loader/elf.c is held against it. Nothing here is fast. */
#pragma once

#include <elf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/fuzz/fuzz.h"

enum verdict { REFUSED, ACCEPTED };

/* What becomes of a page: it is loaded, or comes when it is used: with zeros, or of the file, past its end. */
enum page_kind { NOT_MAPPED, LOADED, ZEROS, PAST_END };

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

/* PF_* of all segments with bytes in a page. */
uint32_t reference_rights(const struct reference *reference, uintptr_t page);

/* With PAST_END, *file_page is which one of the file. */
enum page_kind reference_kind(const struct reference *reference, uintptr_t page, size_t *file_page);

/* How many places a plan may take: the fewer, the fewer odd things there are. */
size_t reference_places(const struct reference *reference);

/* Checks a loaded page byte by byte. */
void reference_check_page(const struct reference *reference, uintptr_t page, const uint8_t *bytes);
