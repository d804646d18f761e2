/* SPDX-License-Identifier: MIT */
/*
 * Symbols: the functions of the kernel image, from the .symtab of its ELF file.
 *
 * Functions of the compiler have a size. Labels of assembly have none: they reach to the next symbol; NASM's local labels
 * (with a dot) belong to the function before them. Only the kernel half is looked at.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench/bochs/model/memory.h"

enum { SYMBOLS_WHY_MAX = 512 };

struct symbol {
	uint64_t start, end; /* the first byte, and the first behind it */
	const char *name;
};

struct symbols;

/* Reads a 64-bit x86 executable. Returns NULL with the reason, which names the file, in `why`. */
struct symbols *symbols_read(const char *path, char why[SYMBOLS_WHY_MAX]);
void symbols_free(struct symbols *symbols);

/* The function that has the address, or NULL. What is returned stays. */
const struct symbol *symbols_find(const struct symbols *symbols, uint64_t address);

/*
 * Whether the image in guest memory is the one of the file: every byte of its code is compared, at the physical
 * address that the program headers name. Returns false with the reason in `why`.
 */
bool symbols_match(const struct symbols *symbols, memory_frame frame_of, char why[SYMBOLS_WHY_MAX]);
