/* SPDX-License-Identifier: MIT */
/* Files that no linker makes: functions to build one, and the tables of them. make.c writes
 * them. */
#pragma once

#include <elf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#define PAGE         0x1000UL
#define SEGMENTS_MAX 1300
#define CODE         0x800UL /* offset of the code; headers come before it, data in the next page */

enum { R = PF_R, W = PF_W, X = PF_X };

struct image {
	Elf64_Ehdr header;
	Elf64_Phdr segments[SEGMENTS_MAX];
	uint8_t bytes[0x20000];
	size_t size;    /* of the file, not counting program headers at its end */
	uintptr_t text; /* address of the file's first byte */
	size_t code;    /* offset of the end of the code so far */
	unsigned checks;
};

/* Returns the file's byte at an offset, which is never 0. */
uint8_t pattern(size_t offset);

/* Append bytes to the code. */
void put(struct image *i, const void *bytes, size_t size);
#define PUT(i, ...) put(i, (const uint8_t[]){ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ }))
void put_number(struct image *i, uint32_t number);

/* RAX = `address`: relative to the code, wherever it is loaded, if it is near. */
void put_address(struct image *i, uintptr_t address);

void put_exit(struct image *i, unsigned status);

/* The program reads a byte, and exits with a status from 100 on if it is not `value`. */
void check(struct image *i, uintptr_t address, uint8_t value);

/* The program writes a byte. */
void change(struct image *i, uintptr_t address);

/* The program calls mprotect(). */
void protect(struct image *i, uintptr_t address, uint32_t size, uint32_t protection);

/* Adds a segment. */
void add(struct image *i, uint32_t flags, uint64_t offset, uint64_t address, uint64_t size, uint64_t memory);

/* Makes a header, code that does nothing yet, and two pages of data after it. */
void begin(struct image *i, uint16_t type, uintptr_t text);

#define TEXT 0x400000UL
#define DATA (TEXT + 2 * PAGE + 0x300) /* offset PAGE + 0x300 of the file */

/* Like a linker's output: text, data, and .bss that ends some pages later; and the same as a
 * PIE. */
void plain(struct image *i);
void plain_pie(struct image *i);

/* A row of a table. A row without a name ends the table. */
struct file {
	const char *name, *on_linux, *here; /* results; `here` may be NULL: as on Linux */
	void (*make)(struct image *);       /* NULL: plain(), with `value` at offset `at` */
	const char *why;
	size_t at, bytes;
	uint64_t value;
};

#define HEADER(file, field, number, result)                                            \
	{                                                                              \
		.name = #file, .on_linux = #result, .at = offsetof(Elf64_Ehdr, field), \
		.bytes = sizeof((Elf64_Ehdr *)0)->field, .value = number               \
	}
#define IDENT(file, index, number, result)                                                   \
	{                                                                                    \
		.name = #file, .on_linux = #result, .at = index, .bytes = 1, .value = number \
	}
#define SAME(file, result)                                       \
	{                                                        \
		.name = #file, .on_linux = #result, .make = file \
	}
#define OTHER(file, there, there_not, reason)                                                      \
	{                                                                                          \
		.name = #file, .on_linux = #there, .here = #there_not, .make = file, .why = reason \
	}

/* Reasons, as in docs/elf.md. */
#define EARLIER "found before the old program is gone"
#define WX      "no page is writable and executable"
#define BOTH    "bytes of two segments in one place"
#define BETWEEN "bytes of the file that are in no segment"
#define COUNT   "more than 84 segments"
#define RIGHTS  "rights are those of the segment"
#define OWN     "each segment is complete"

extern const struct file odd_headers[], odd_contents[], odd_places[], odd_pages[];

/* In make.c: write a file; write its results into the list. */
void write_file(const char *name, const void *bytes, size_t size);
void say(const char *name, const char *on_linux, const char *here, const char *why);

/* Writes the scripts. */
void scripts(void);
