/* SPDX-License-Identifier: MIT */
/* A simple and slow model of loading an ELF file. The fuzzer compares loader/elf.c with it. */
#pragma once

#include <elf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/fuzz/fuzz.h"

enum verdict { REFUSED, ACCEPTED };

/*
 * The kinds of pages. LOADED pages are present from the start. A ZEROS page gets a frame on first
 * use. A PAST_END page belongs to data past the end of the file; its first use raises SIGBUS.
 */
enum page_kind { NOT_MAPPED, LOADED, ZEROS, PAST_END };

struct reference {
	const uint8_t *file;
	size_t size;
	enum verdict verdict;
	uintptr_t base, entry;
	size_t count; /* number of segments to load */
	Elf64_Phdr loads[INPUT_MAX / sizeof(Elf64_Phdr)];
	size_t candidates; /* number of addresses at which the program headers are mapped */
	uintptr_t headers[INPUT_MAX / sizeof(Elf64_Phdr)];
};

/*
 * Reads the file and sets the verdict. If the verdict is REFUSED, the other members may be
 * incomplete.
 */
void reference_read(struct reference *reference, const uint8_t *file, size_t size);

/* Returns the union of the PF_* flags of all segments with bytes in the page. */
uint32_t reference_rights(const struct reference *reference, uintptr_t page);

/* Returns the kind of a page. For PAST_END, sets *file_page to the page's index in the file. */
enum page_kind reference_kind(const struct reference *reference, uintptr_t page, size_t *file_page);

/* Returns the maximum number of entries that the kernel's plan for this file may have. */
size_t reference_places(const struct reference *reference);

/* Requires the contents of a loaded page, `bytes`, to be right. */
void reference_check_page(const struct reference *reference, uintptr_t page, const uint8_t *bytes);
