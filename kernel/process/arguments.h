/* SPDX-License-Identifier: MIT */
/*
 * The upper end of a new user stack, built in one frame: strings at the top, and below them what
 * the psABI (3.4.1) requires at RSP: argc, argv[], NULL, envp[], NULL, auxiliary vector.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "loader/elf.h"

/* Size in bytes of the page of arguments. arguments_large.h is for arguments that do not fit. */
#define ARGUMENTS_SIZE     PAGE_SIZE
#define ARGUMENTS_MAX      128 /* the most strings of argv and envp in that page */

/*
 * Linux's limits in bytes (fs/exec.c): on one string with its NUL, and on all strings together with
 * their pointers.
 */
#define ARGUMENT_SIZE_MAX  (128 * KIB)
#define ARGUMENTS_SIZE_MAX (USER_STACK_LIMIT / 4)

struct arguments {
	char *page;                    /* a frame in the direct map; NULL for large arguments */
	struct large_arguments *large; /* used if there is no page; NULL after arguments_map() */
	size_t top;                    /* offset of the lowest string in the page */
	size_t count;                  /* strings of argv and envp */
	size_t argv_count;             /* strings of argv, which precede those of envp */
	uint16_t at[ARGUMENTS_MAX];    /* offsets of the strings in the page */
	uint16_t file_name;            /* offset of the string for AT_EXECFN */
};

/* Sets the entries of the auxiliary vector that depend on the hardware. Called once at boot. */
void arguments_init(void);

/*
 * Allocates the page and stores the name by which the program is started: `length` bytes and a NUL.
 * Returns 0 or -ENOMEM.
 */
int arguments_begin(struct arguments *a, const char *name, size_t length);

/* Frees large arguments, unless arguments_map() has given them to the address space. */
void arguments_end_large(struct arguments *a);

/* Frees the page, or the large arguments as arguments_end_large() does. */
static inline void arguments_end(struct arguments *a)
{
	if (a->page)
		frame_free(virt_to_phys(a->page));
	else
		arguments_end_large(a);
}

/* Appends a string to argv. Returns 0, -E2BIG or -ENOMEM. */
int arguments_add(struct arguments *a, const char *string);

/*
 * arguments_prepend() inserts a string before argv[0]. arguments_replace_first() removes argv[0],
 * if there is one, and inserts the string in its place. Both return 0, -E2BIG or -ENOMEM.
 */
int arguments_prepend(struct arguments *a, const char *string);
int arguments_replace_first(struct arguments *a, const char *string);

/*
 * Appends the strings of two arrays of pointers in user memory. A null pointer ends an array. If
 * `argv` or `envp` is 0, that array is empty. An empty argv gets one empty string. Returns 0,
 * -EFAULT, -E2BIG or -ENOMEM.
 */
int arguments_add_user(struct arguments *a, uint64_t argv, uint64_t envp);

/*
 * Writes argc, the pointers and the auxiliary vector below the strings, adds the stack to `plan` as
 * its last segment, and sets *rsp to the program's first RSP. Returns 0, or -ENOMEM if out of
 * memory or if the program leaves no addresses for large arguments.
 */
int arguments_finish(struct arguments *a, struct elf_plan *plan, uintptr_t *rsp);

/*
 * Maps large arguments above the last segment of `space`, into which the plan has been loaded. From
 * then on `space` owns them. Returns 0, or -ENOMEM; the caller then destroys the space.
 */
int arguments_map_large(struct arguments *a, struct address_space *space);

/*
 * Maps the arguments if they are large. Otherwise their page is part of a segment of the plan, and
 * is mapped with it. Returns 0 or -ENOMEM.
 */
static inline int arguments_map(struct arguments *a, struct address_space *space)
{
	return a->page ? 0 : arguments_map_large(a, space);
}
