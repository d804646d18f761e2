/* SPDX-License-Identifier: MIT */
/*
 * The upper end of a new user stack, built in one frame: strings at the top, and below them what the psABI (3.4.1)
 * wants at RSP: argc, argv[], NULL, envp[], NULL, auxiliary vector.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "loader/elf.h"

#define ARGUMENTS_SIZE PAGE_SIZE /* of a program: strings, pointers and auxiliary vector together */
#define ARGUMENTS_MAX  128       /* strings, of argv and envp together */

struct arguments {
	char *page;                 /* a frame in the direct map */
	size_t top;                 /* strings begin here */
	size_t count;               /* strings */
	size_t argv_count;          /* the first of them */
	uint16_t at[ARGUMENTS_MAX]; /* offsets of the strings in the page */
};

/* Takes a frame. 0, or -ENOMEM. */
int arguments_begin(struct arguments *a);

/* Gives it back, unless it was handed on. */
void arguments_end(struct arguments *a);

/* Adds a string to argv. 0, or -E2BIG. */
int arguments_add(struct arguments *a, const char *string);

/* Puts a string before the first of argv, or in its place. 0, or -E2BIG. */
int arguments_prepend(struct arguments *a, const char *string);
int arguments_replace_first(struct arguments *a, const char *string);

/*
 * Adds the strings of user arrays of pointers that end in 0; an address of 0 is an empty one. argv ends where envp begins. 0,
 * -EFAULT or -E2BIG.
 */
int arguments_add_user(struct arguments *a, uint64_t argv, uint64_t envp);

/* Lays the words out below the strings and describes the whole as the last segment of `plan`. Returns RSP. */
uintptr_t arguments_finish(struct arguments *a, struct elf_plan *plan);
