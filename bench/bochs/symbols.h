/* SPDX-License-Identifier: MIT */
/*
 * Symbols: the functions of the kernel image, from the .symtab of its ELF file.
 *
 * Compiled functions have a size. Labels in assembly have none; they extend to the next symbol.
 * NASM's local labels (with a dot) belong to the function before them. Only symbols in the kernel
 * half are read.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench/bochs/model/memory.h"

enum { SYMBOLS_WHY_MAX = 512 };

struct symbol {
	uint64_t start, end; /* [start, end) */
	const char *name;
};

struct symbols;

/* Reads the symbols of a 64-bit x86 executable. Returns NULL on failure, with the reason, which
 * names the file, in `why`. */
struct symbols *symbols_read(const char *path, char why[SYMBOLS_WHY_MAX]);
/* Reads a list of a kernel's functions that the harness has made. Its lines have the form "ADDRESS
 * BYTES NAME", with hexadecimal numbers, and are ordered by address. A function of 0 bytes extends
 * to the next function. Returns NULL on failure, like symbols_read(). */
struct symbols *symbols_read_list(const char *path, char why[SYMBOLS_WHY_MAX]);

void symbols_free(struct symbols *symbols);

/* Returns the address of the entry window's code in the image, which is that of the symbol
 * entry_text. Returns 0 if the image has no such symbol. */
uint64_t symbols_entry_code(const struct symbols *symbols);

/* Returns the function that contains the address, or NULL if there is none. The result is valid
 * until symbols_free(). */
const struct symbol *symbols_find(const struct symbols *symbols, uint64_t address);

/* Returns the function with this index, in the order of addresses, or NULL if there are not that
 * many. The result is valid until symbols_free(). */
const struct symbol *symbols_at(const struct symbols *symbols, size_t index);

/*
 * Returns true if the guest's memory holds the image of the file: compares every byte of its code
 * with memory at the physical address that the program headers name. If not, the reason is in
 * `why`.
 */
bool symbols_match(const struct symbols *symbols, memory_frame frame_of, char why[SYMBOLS_WHY_MAX]);
