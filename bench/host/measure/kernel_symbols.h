/* SPDX-License-Identifier: MIT */
/* The symbols of somebody's kernel. They come from .symtab of its ELF file (32-bit or 64-bit), or
 * from a text such as System.map or the output of nm. The lines of a text are "ADDRESS [SIZE] TYPE
 * NAME"; only symbols of types t, T, w and W are taken from it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SYMBOLS_TEXT_MAX 400 /* bytes of a reason */

struct kernel_symbol {
	const char *name;
	uint64_t address;
	uint64_t size; /* up to the next symbol if the file does not say */
	bool sized;    /* the file says where it ends */
	bool function; /* the file says that it is a function and not just a label */
};

struct kernel_symbols;

/* Reads a file. Returns NULL, with the reason and the next step in `why`, if it has no symbols. */
struct kernel_symbols *kernel_symbols_read(const char *path, char why[SYMBOLS_TEXT_MAX]);

/* Adds `offset` to all addresses, for a kernel that does not run where it was linked. */
void kernel_symbols_move(struct kernel_symbols *symbols, uint64_t offset);
void kernel_symbols_free(struct kernel_symbols *symbols);

/* Returns the symbol with this name, or NULL. If there are several, returns the one with the lowest
 * address, and sets *count to their number. */
const struct kernel_symbol *kernel_symbols_find(const struct kernel_symbols *symbols, const char *name,
                                                size_t *count);

/* Writes the names that are most similar to `name`, such as "sys_read, sys_reads". */
void kernel_symbols_nearest(const struct kernel_symbols *symbols, const char *name, char *text, size_t size);

/* Writes the list of functions that the instrumentation library reads (bench/bochs/symbols.h). In
 * an ELF file, labels with a dot in their names are no functions. Returns 0, or -1 with errno. */
int kernel_symbols_write(const struct kernel_symbols *symbols, const char *path);

/* Copies up to `max` bytes that the file has for this address to `code`. Returns their number. */
size_t kernel_symbols_code(const struct kernel_symbols *symbols, uint64_t address, uint8_t *code, size_t max);
