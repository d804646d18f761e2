/* SPDX-License-Identifier: MIT */
/*
 * Scripts: files that begin with #!, the path of their interpreter, and at most one argument (man 2
 * execve).
 */
#pragma once

#include "fs/node.h"
#include "process/arguments.h"
#include "process/program.h"

#define SCRIPTS_MAX 5 /* maximum length of a chain of scripts, as in Linux */

static inline bool script_is(const struct program *program)
{
	return program->size > 1 && program->data[0] == '#' && program->data[1] == '!';
}

/*
 * `name` holds the script's path. Replaces argv[0] with two or three strings: the interpreter's
 * path, the interpreter's argument if there is one, and the script's path. Then copies the
 * interpreter's path to `name`. Returns 0, an error of arguments_prepend() or, if the line names no
 * interpreter, -ENOEXEC or -EACCES.
 */
int script_resolve(const struct program *script, struct arguments *a, char name[PATH_LENGTH]);
