/* SPDX-License-Identifier: MIT */
/*
 * Arguments that do not fit in one page. Two nameless files (fs/node.h) collect the strings and the
 * pointers. Their frames become the upper end of the new stack: first argc, the pointers and the
 * auxiliary vector, at the start of a page; then pages of strings.
 */
#pragma once

#include "process/arguments.h"

struct node;
struct large_arguments {
	struct node *strings; /* struct arguments_top, the program's name, and the strings */
	/*
	 * Offsets of the strings, 8 bytes each. large_finish() replaces this file by one with argc,
	 * the pointers and the auxiliary vector.
	 */
	struct node *offsets;
	size_t size;  /* bytes of `strings` */
	size_t first; /* index of the first offset in use; those before it are free */
};

/*
 * Makes the arguments large: copies the strings to a file and frees the page. Returns 0 or -ENOMEM.
 */
int arguments_enlarge(struct arguments *a);

/*
 * large_add() appends a string from kernel memory. large_add_user() appends the string at a user
 * address. large_prepend() inserts a string from kernel memory before argv[0]. They return 0,
 * -E2BIG, -EFAULT or -ENOMEM.
 */
int large_add(struct arguments *a, const char *string);
int large_add_user(struct arguments *a, uint64_t string);
int large_prepend(struct arguments *a, const char *string);

/* Removes argv[0], which must exist. */
void large_drop_first(struct arguments *a);

/* Does what arguments_finish() does, for large arguments. */
int large_finish(struct arguments *a, struct elf_plan *plan, uintptr_t *rsp);

/*
 * Data that the auxiliary vector points to. It is at the end of the page of arguments or, if they
 * are large, at the start of the file `strings`.
 */
struct arguments_top {
	char platform[8];   /* AT_PLATFORM */
	uint64_t random[2]; /* AT_RANDOM */
};

/*
 * Stores the auxiliary vector (arguments.c) in `word`. `top` and `file_name` are the user addresses
 * of struct arguments_top and of the program's name.
 */
#define VECTOR_WORDS 40
void arguments_vector(uint64_t word[VECTOR_WORDS], const struct elf_plan *plan, uintptr_t top,
                      uintptr_t file_name);

/* Words of the program's stack besides the pointers to strings: argc, two NULLs and the vector. */
#define FIXED_WORDS (3 + VECTOR_WORDS)
