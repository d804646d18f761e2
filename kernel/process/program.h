/* SPDX-License-Identifier: MIT */
/* Finds programs: a boot module by its name, or the file at a path. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vm/view.h"

struct program {
	const uint8_t *data;
	size_t size;      /* bytes */
	const char *name; /* a string that the module or the file owns */
	size_t name_length;
	struct node *node; /* the file; NULL for a boot module */
	bool viewed;       /* true if `data` is a view of the file (vm/view.h) */
};

/*
 * Finds the program called `name`; a relative path starts at the current process's directory.
 * Returns 0, an error of node_find(), -EACCES if it is not an executable file, or -ENOMEM. After 0
 * the caller must call program_close().
 */
int program_open(struct program *program, const char *name);

static inline void program_close(const struct program *program)
{
	if (program->viewed)
		view_close(program->data, program->size);
}
