/* SPDX-License-Identifier: MIT */
/*
 * The upper end of a new user stack, built in one frame: strings at the top, and below them what
 * the psABI (3.4.1) wants at RSP: argc, argv[], NULL, envp[], NULL, auxiliary vector.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "loader/elf.h"

#define ARGUMENTS_SIZE \
	PAGE_SIZE /* strings, pointers and auxiliary vector; for more there is arguments_large.h */
#define ARGUMENTS_MAX      128 /* strings of argv and envp in a page */

/*
 * Linux's limits (fs/exec.c): for a string with its NUL, and for all strings and the pointers to
 * them.
 */
#define ARGUMENT_SIZE_MAX  (128 * KIB)
#define ARGUMENTS_SIZE_MAX (USER_STACK_LIMIT / 4)

struct arguments {
	char *page;                    /* a frame in the direct map, or NULL */
	struct large_arguments *large; /* in place of a page; NULL after arguments_map() */
	size_t top;                    /* strings begin here */
	size_t count;                  /* strings */
	size_t argv_count;             /* those of argv, which come first */
	uint16_t at[ARGUMENTS_MAX];    /* offsets of the strings in the page */
	uint16_t file_name;            /* offset of the string for AT_EXECFN */
};

/* Sets the entries that the auxiliary vectors of all programs share. Once at boot. */
void arguments_init(void);

/*
 * Allocates a page and puts the name by which the program is started there, `length` bytes and a
 * NUL. Returns 0 or -ENOMEM.
 */
int arguments_begin(struct arguments *a, const char *name, size_t length);

/* Frees the arguments; large ones that arguments_map() has mapped belong to the address space. */
void arguments_end_large(struct arguments *a);

static inline void arguments_end(struct arguments *a)
{
	if (a->page)
		frame_free(virt_to_phys(a->page));
	else
		arguments_end_large(a);
}

/* Adds a string to argv. Returns 0, -E2BIG or -ENOMEM. */
int arguments_add(struct arguments *a, const char *string);

/* Inserts a string before the first of argv, or replaces that one. Return 0, -E2BIG or -ENOMEM. */
int arguments_prepend(struct arguments *a, const char *string);
int arguments_replace_first(struct arguments *a, const char *string);

/*
 * Adds the strings of two user arrays of pointers that end with 0; an address of 0 is an empty
 * array. Returns 0, -EFAULT, -E2BIG or -ENOMEM.
 */
int arguments_add_user(struct arguments *a, uint64_t argv, uint64_t envp);

/*
 * Lays the words out below the strings, adds the stack as the last segment of `plan`, and stores
 * RSP. Returns 0, or -ENOMEM, also if the program is in the way of large arguments.
 */
int arguments_finish(struct arguments *a, struct elf_plan *plan, uintptr_t *rsp);

/*
 * Maps large arguments above the last segment of a space into which the plan was loaded; the space
 * owns them then. Returns 0, or -ENOMEM: then the space can only be destroyed.
 */
int arguments_map_large(struct arguments *a, struct address_space *space);

static inline int arguments_map(struct arguments *a, struct address_space *space)
{
	return a->page ? 0 : arguments_map_large(a, space);
}
