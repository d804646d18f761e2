/* SPDX-License-Identifier: MIT */
/*
 * The upper end of a new user stack, built in one frame: strings at the top, and below them what the psABI (3.4.1)
 * wants at RSP: argc, argv[], NULL, envp[], NULL, auxiliary vector.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "loader/elf.h"

#define ARGUMENTS_SIZE \
	PAGE_SIZE /* strings, pointers and auxiliary vector together; more than that is in arguments_large.h */
#define ARGUMENTS_MAX      128 /* strings in there, of argv and envp together */

/* Linux's bounds (fs/exec.c): of a string, with its NUL, and of all strings and the pointers to them. */
#define ARGUMENT_SIZE_MAX  (128 * KIB)
#define ARGUMENTS_SIZE_MAX (USER_STACK_LIMIT / 4)

struct arguments {
	char *page;                    /* a frame in the direct map, or NULL */
	struct large_arguments *large; /* without a page: what is in its place; or NULL: it was handed on */
	size_t top;                    /* strings begin here */
	size_t count;                  /* strings */
	size_t argv_count;             /* the first of them */
	uint16_t at[ARGUMENTS_MAX];    /* offsets of the strings in the page */
	uint16_t file_name;            /* offset of the one of AT_EXECFN */
};

/* Sets what the auxiliary vectors of all programs have in common. Once at boot. */
void arguments_init(void);

/* Takes a frame, and puts the name there under which the program is started, `length` bytes and a NUL. 0, or -ENOMEM. */
int arguments_begin(struct arguments *a, const char *name, size_t length);

/* Frees all that there is; large arguments that arguments_map() has mapped are not there any more. */
void arguments_end_large(struct arguments *a);

static inline void arguments_end(struct arguments *a)
{
	if (a->page)
		frame_free(virt_to_phys(a->page));
	else
		arguments_end_large(a);
}

/* Adds a string to argv. 0, -E2BIG or -ENOMEM. */
int arguments_add(struct arguments *a, const char *string);

/* Puts a string before the first of argv, or in its place. 0, -E2BIG or -ENOMEM. */
int arguments_prepend(struct arguments *a, const char *string);
int arguments_replace_first(struct arguments *a, const char *string);

/*
 * Adds the strings of user arrays of pointers that end in 0; an address of 0 is an empty one. argv ends where envp begins. 0,
 * -EFAULT, -E2BIG or -ENOMEM.
 */
int arguments_add_user(struct arguments *a, uint64_t argv, uint64_t envp);

/*
 * Lays the words out below the strings and describes the whole as the last segment of `plan`. `*rsp` gets RSP. 0, or -ENOMEM: also
 * when the image is in the way of large arguments.
 */
int arguments_finish(struct arguments *a, struct elf_plan *plan, uintptr_t *rsp);

/*
 * Once the plan is loaded in `space`: puts large arguments there, above the last segment. They are its own then. 0, or -ENOMEM: the
 * space can only be destroyed.
 */
int arguments_map_large(struct arguments *a, struct address_space *space);

static inline int arguments_map(struct arguments *a, struct address_space *space)
{
	return a->page ? 0 : arguments_map_large(a, space);
}
