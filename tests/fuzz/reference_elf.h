/* SPDX-License-Identifier: MIT */
/* A simple and slow model of loading an ELF file, with which loader/elf.c is compared. */
#pragma once

#include <elf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/fuzz/fuzz.h"

enum verdict { REFUSED, ACCEPTED };

/*
 * The kinds of pages. LOADED pages are present from the start; the others are made on first use,
 * either as zeros or as a page of the file that lies past its end (SIGBUS).
 */
enum page_kind { NOT_MAPPED, LOADED, ZEROS, PAST_END };

struct reference {
	const uint8_t *file;
	size_t size;
	enum verdict verdict;
	uintptr_t base, entry;
	size_t count; /* of `loads`, copies of the segments to load */
	Elf64_Phdr loads[INPUT_MAX / sizeof(Elf64_Phdr)];
	size_t candidates; /* of `headers`, the addresses at which the program headers are mapped */
	uintptr_t headers[INPUT_MAX / sizeof(Elf64_Phdr)];
};

/* Reads the file. If it is refused, only the fields read before that are valid. */
void reference_read(struct reference *reference, const uint8_t *file, size_t size);

/* Returns the union of the PF_* flags of all segments with bytes in the page. */
uint32_t reference_rights(const struct reference *reference, uintptr_t page);

/* Returns the kind of a page. For PAST_END, *file_page is set to its index in the file. */
enum page_kind reference_kind(const struct reference *reference, uintptr_t page, size_t *file_page);

/* Returns the most entries that a plan for the file may need. Unusual layouts need more. */
size_t reference_places(const struct reference *reference);

/* Checks a loaded page byte by byte. */
void reference_check_page(const struct reference *reference, uintptr_t page, const uint8_t *bytes);
