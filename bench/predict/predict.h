/* SPDX-License-Identifier: MIT */
/*
 * Programs whose cycles the model must predict: the same ELF file runs on this host and in Bochs. A
 * program prepares its data once; then its body runs again and again, always with the same result.
 */
#pragma once

#include "bench/programs/user.h"

struct program {
	const char *name;
	void (*prepare)(void);  /* once, before the first body; or NULL */
	uint64_t (*body)(void); /* returns a number that depends on everything it computed */
};

/* The lists end with a program without a name. */
extern const struct program programs_data[];    /* programs_data.c: structures in memory */
extern const struct program programs_text[];    /* programs_text.c: bytes and words */
extern const struct program programs_numbers[]; /* programs_numbers.c: arithmetic */
extern const struct program programs_graphs[];  /* programs_graphs.c: graphs, grids, machines */
extern const struct program programs_codes[];   /* programs_codes.c: words and codes, for a second draw */
extern const struct program programs_later[];   /* programs_later.c: tables and lists, for a second draw */
extern const struct program programs_kernel[];  /* programs_kernel.c: operations of the host's kernel */

/* Returns zeroed memory, aligned to a page, that is never freed. Ends the program if there is none. */
void *take(size_t bytes);

/* Returns the next number of a fixed series. */
uint64_t draw(void);

/* Fills memory with words of 2 to 9 letters. Words repeat, some more often, as in a text. */
void write_text(char *text, size_t bytes);

/* Ends the program after a message; for system calls that must not fail. */
void expect(long result);
