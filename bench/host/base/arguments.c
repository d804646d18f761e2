/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/host/base/arguments.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static void append(struct arguments *arguments, char *word)
{
	if (!word || arguments->count == ARGUMENTS_MAX) {
		fprintf(stderr, "run-bench: a command line is too long, or no memory\n");
		exit(1);
	}
	arguments->item[arguments->count++] = word;
	arguments->item[arguments->count] = NULL;
}

void arguments_add(struct arguments *arguments, const char *format, ...)
{
	char *word = NULL;
	va_list values;

	va_start(values, format);
	if (vasprintf(&word, format, values) < 0)
		word = NULL;
	va_end(values);
	append(arguments, word);
}

void arguments_add_list(struct arguments *arguments, const char *const words[])
{
	for (; *words; words++)
		arguments_add(arguments, "%s", *words);
}

void arguments_free(struct arguments *arguments)
{
	for (size_t i = 0; i < arguments->count; i++)
		free(arguments->item[i]);
	arguments->count = 0;
	arguments->item[0] = NULL;
}
