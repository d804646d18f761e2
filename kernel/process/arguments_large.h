/* SPDX-License-Identifier: MIT */
/*
 * Arguments that one page does not hold. Strings and the pointers to them are gathered in nameless files, whose frames become the
 * upper end of the new stack: words as in arguments.h from a page's start on, then pages of strings.
 */
#pragma once

#include "process/arguments.h"

struct node;
struct large_arguments {
	struct node *
	        strings; /* struct arguments_top, the program's name, then the strings, one after the other */
	struct node *offsets; /* of the strings in there, 8 bytes each; when it is finished: the words */
	size_t size;          /* bytes of `strings` */
	size_t first;         /* of `offsets`: there is room for some before it */
};

/* Turns to large arguments, with the strings that are there; the page is given back. 0 or -ENOMEM. */
int arguments_enlarge(struct arguments *a);

/* Add a string of the kernel's, or of a user address, behind the others or before them. 0, -E2BIG, -EFAULT or -ENOMEM. */
int large_add(struct arguments *a, const char *string);
int large_add_user(struct arguments *a, uint64_t string);
int large_prepend(struct arguments *a, const char *string);

/* Takes the first string away. */
void large_drop_first(struct arguments *a);

/* What arguments_finish() does. */
int large_finish(struct arguments *a, struct elf_plan *plan, uintptr_t *rsp);

/* What the auxiliary vector points to besides the name: the last bytes of the page, or the first of `strings`. */
struct arguments_top {
	char platform[8];   /* AT_PLATFORM */
	uint64_t random[2]; /* AT_RANDOM */
};

/* arguments.c: the auxiliary vector, where the two places are user addresses. */
#define VECTOR_WORDS 40
void arguments_vector(uint64_t word[VECTOR_WORDS], const struct elf_plan *plan, uintptr_t top,
                      uintptr_t file_name);
