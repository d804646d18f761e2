/* SPDX-License-Identifier: MIT */
/* Files that can be run: a boot module by its name, or the file at a path. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vm/view.h"

struct program {
	const uint8_t *data;
	size_t size;      /* bytes */
	const char *name; /* the module's or the file's; it goes with the file */
	size_t name_length;
	struct node *node; /* or NULL: a boot module */
	bool viewed;       /* `data` is a view of the file (vm/view.h) */
};

/*
 * Finds the program called `name`, from the current task's directory where that is a relative path.
 * Returns 0, the error of node_find(), -EACCES for what is no executable file, or -ENOMEM. After 0
 * the caller calls program_close().
 */
int program_open(struct program *program, const char *name);

static inline void program_close(const struct program *program)
{
	if (program->viewed)
		view_close(program->data, program->size);
}
