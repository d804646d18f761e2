/* SPDX-License-Identifier: MIT */
/*
 * Compilers of the kernel. The name of a compiler is the name of its program followed by a level of
 * optimization: gcc-O2 or clang-14-Os.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define COMPILERS_MAX     8
#define COMPILER_NAME_MAX 40 /* bytes, with the NUL */

struct compiler_list {
	size_t count;
	char name[COMPILERS_MAX][COMPILER_NAME_MAX]; /* all different */
};

/* The compiler of builds whose folder does not name one. */
extern const char compiler_default[];

/*
 * Parses names that are separated by commas. A name without a level means -O2. Returns 0, or -1 with
 * the reason in `why`, which has `size` bytes.
 */
int compiler_list_parse(struct compiler_list *list, const char *text, char *why, size_t size);

/* Copies the name of the compiler's program, such as clang-14. */
void compiler_program(char program[COMPILER_NAME_MAX], const char *compiler);

/*
 * Returns true if an image that `compiler` built can report `reported` as its compiler
 * (config_compiler in kernel/lib/config.h).
 */
bool compiler_made(const char *compiler, const char *reported);

/* Returns true if the compiler's program is in PATH. */
bool compiler_is_installed(const char *compiler);
