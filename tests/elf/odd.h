/* SPDX-License-Identifier: MIT */
/* Files that no linker makes: how one is put together, and the tables of them. make.c writes them. */
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
#define CODE         0x800UL /* where it begins in the file; headers come before it, data in the next page */

enum { R = PF_R, W = PF_W, X = PF_X };

struct image {
	Elf64_Ehdr header;
	Elf64_Phdr segments[SEGMENTS_MAX];
	uint8_t bytes[0x20000];
	size_t size;    /* of the file, without a table of segments at its end */
	uintptr_t text; /* address of the file's first byte */
	size_t code;    /* offset behind the code so far */
	unsigned checks;
};

/* The file's byte at an offset, never 0. */
uint8_t pattern(size_t offset);

/* Bytes of code. */
void put(struct image *i, const void *bytes, size_t size);
#define PUT(i, ...) put(i, (const uint8_t[]){ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ }))
void put_number(struct image *i, uint32_t number);

/* RAX = `address`: relative to the code, wherever that is, when it is near. */
void put_address(struct image *i, uintptr_t address);

void put_exit(struct image *i, unsigned status);

/* The program reads a byte, and ends with 100 and up when it is not `value`. */
void check(struct image *i, uintptr_t address, uint8_t value);

/* And writes one. */
void change(struct image *i, uintptr_t address);

/* And calls mprotect(). */
void protect(struct image *i, uintptr_t address, uint32_t size, uint32_t protection);

/* One more segment. */
void add(struct image *i, uint32_t flags, uint64_t offset, uint64_t address, uint64_t size, uint64_t memory);

/* A header, code that does nothing yet, and two pages of data behind it. */
void begin(struct image *i, uint16_t type, uintptr_t text);

#define TEXT 0x400000UL
#define DATA (TEXT + 2 * PAGE + 0x300) /* offset PAGE + 0x300 of the file */

/* What a linker makes: text, data, .bss that ends pages later; and the same as PIE. */
void plain(struct image *i);
void plain_pie(struct image *i);

/* A line of a table, which ends with one without a name. */
struct file {
	const char *name, *on_linux, *here; /* what becomes of it; NULL: the same */
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

/* make.c: writes a file; says in the list what becomes of it. */
void write_file(const char *name, const void *bytes, size_t size);
void say(const char *name, const char *on_linux, const char *here, const char *why);

/* Writes the scripts. */
void scripts(void);
