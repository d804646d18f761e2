/* SPDX-License-Identifier: MIT */
/* A list of words: the arguments of a command, or the variables of an environment. */
#pragma once

#include <stddef.h>

#define ARGUMENTS_MAX 64

struct arguments {
	size_t count;
	char *item[ARGUMENTS_MAX + 1]; /* ends with NULL; arguments_free() frees the words */
};

/*
 * Adds one word, formatted as by printf. Ends the program if the list is full or memory runs out.
 */
__attribute__((format(printf, 2, 3))) void arguments_add(struct arguments *arguments, const char *format,
                                                         ...);

/* Adds copies of the words of a list that ends with NULL. */
void arguments_add_list(struct arguments *arguments, const char *const words[]);

/* Adds copies of the given words. */
#define arguments_add_all(arguments, ...) \
	arguments_add_list(arguments, (const char *const[]){ __VA_ARGS__, NULL })

/* Frees the words and empties the list. */
void arguments_free(struct arguments *arguments);
