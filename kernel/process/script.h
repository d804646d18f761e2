/* SPDX-License-Identifier: MIT */
/*
 * Scripts: files that begin with #!, the path of their interpreter, and at most one argument (man 2
 * execve).
 */
#pragma once

#include "fs/node.h"
#include "process/arguments.h"
#include "process/program.h"

#define SCRIPTS_MAX 5 /* the most interpreters in a row that may be scripts, as in Linux */

static inline bool script_is(const struct program *program)
{
	return program->size > 1 && program->data[0] == '#' && program->data[1] == '!';
}

/*
 * `name` holds the script's path. Replaces argv[0] with the interpreter, its argument if there is
 * one, and this path; then writes the interpreter's path to `name`. Returns 0, an error of
 * arguments_prepend() or, if the line names no interpreter, -ENOEXEC or -EACCES.
 */
int script_resolve(const struct program *script, struct arguments *a, char name[PATH_LENGTH]);
