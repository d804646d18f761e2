/* SPDX-License-Identifier: MIT */
/*
 * Functions that build ELF files that no linker makes, and tables of such files. make.c writes the
 * files.
 */
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
#define CODE         0x800UL /* offset of the code; the headers are before it, the data at PAGE */

enum { R = PF_R, W = PF_W, X = PF_X };

struct image {
	Elf64_Ehdr header;
	Elf64_Phdr segments[SEGMENTS_MAX];
	uint8_t bytes[0x20000];
	size_t size;     /* size of the file in bytes, without program headers at its end */
	uintptr_t text;  /* address of the file's first byte */
	size_t code;     /* offset of the end of the code so far */
	unsigned checks; /* checks in the code so far; check n exits with status 100 + n */
};

/*
 * Returns the data byte at this offset of a file. It is never 0, and it is the same in all files.
 */
uint8_t pattern(size_t offset);

/* Append bytes, or a number of 4 bytes, to the code. */
void put(struct image *i, const void *bytes, size_t size);
#define PUT(i, ...) put(i, (const uint8_t[]){ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ }))
void put_number(struct image *i, uint32_t number);

/*
 * Appends code that loads `address` into RAX. If the address is within 2 GiB of the code, the code
 * uses a RIP-relative instruction, which is right wherever a PIE is loaded.
 */
void put_address(struct image *i, uintptr_t address);

/* Appends exit(status). */
void put_exit(struct image *i, unsigned status);

/*
 * Appends code that reads the byte at `address` and exits with 100 + i->checks if it is not
 * `value`.
 */
void check(struct image *i, uintptr_t address, uint8_t value);

/* Appends code that writes the byte at `address` and checks it. */
void change(struct image *i, uintptr_t address);

/* Appends mprotect(address, size, protection). If that fails, the program exits as in check(). */
void protect(struct image *i, uintptr_t address, uint32_t size, uint32_t protection);

/* Adds a PT_LOAD segment with `size` bytes in the file and `memory` bytes in memory. */
void add(struct image *i, uint32_t flags, uint64_t offset, uint64_t address, uint64_t size, uint64_t memory);

/*
 * Starts an image: an ELF header of this type, a text segment of one page at address `text` whose
 * code is still empty, and two pages of data after it in the file.
 */
void begin(struct image *i, uint16_t type, uintptr_t text);

#define TEXT 0x400000UL
#define DATA (TEXT + 2 * PAGE + 0x300) /* offset PAGE + 0x300 of the file */

/*
 * plain() makes an executable, plain_pie() a PIE. Both are like those of a linker, with text, data,
 * and a .bss of several pages.
 */
void plain(struct image *i);
void plain_pie(struct image *i);

/* A row of a table of files. A row without a name ends the table. */
struct file {
	const char *name, *on_linux, *here; /* expected results; `here` is NULL if both are the same */
	/*
	 * If NULL, the file is made by plain(), and the `bytes` bytes at offset `at` are set to
	 * `value`.
	 */
	void (*make)(struct image *);
	const char *why; /* the reason if the results differ, or NULL */
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

/* Why this kernel's result differs from Linux's: the reasons, in the words of docs/elf.md. */
#define EARLIER "found before the old program is gone"
#define WX      "no page is writable and executable"
#define BOTH    "bytes of two segments in one place"
#define BETWEEN "bytes of the file that are in no segment"
#define COUNT   "more than 84 segments"
#define RIGHTS  "rights are those of the segment"
#define OWN     "each segment is complete"

extern const struct file odd_headers[], odd_contents[], odd_places[], odd_pages[];

/*
 * Defined in make.c. write_file() writes a file into the folder; say() adds its line to the list.
 */
void write_file(const char *name, const void *bytes, size_t size);
void say(const char *name, const char *on_linux, const char *here, const char *why);

/* Writes all scripts and their lines of the list (scripts.c). */
void scripts(void);
