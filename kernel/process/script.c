/* SPDX-License-Identifier: MIT */
#include "process/script.h"

#include "lib/errno.h"
#include "lib/string.h"

#define SCRIPT_LINE 256 /* bytes of the first line that are read, as in Linux (BINPRM_BUF_SIZE) */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* If `blanks`, skips blanks; else skips to the next blank or NUL. Stops at `end`. */
static char *skip(char *text, const char *end, bool blanks)
{
	while (text < end && is_blank(*text) == blanks && (blanks || *text))
		text++;
	return text;
}

/*
 * `line` has the first SCRIPT_LINE bytes of the script, then a NUL. Returns the end of the first
 * line in it. The line ends at the first newline or NUL. If the SCRIPT_LINE bytes have neither, the
 * line ends before the last of these bytes. Blanks at the end of the line do not belong to it,
 * unless a NUL ends the line. Returns NULL if the SCRIPT_LINE bytes end within the interpreter's
 * path.
 */
static char *end_of_line(char *line)
{
	char *const last = line + SCRIPT_LINE, *end = line, *path;

	while (end < last && *end && *end != '\n')
		end++;
	if (end < last && !*end)
		return end;
	if (end == last) {
		path = skip(line + 2, last, true);
		if (skip(path, last, false) == last)
			return NULL;
		end = last - 1;
	}
	while (is_blank(end[-1]))
		end--;
	return end;
}

int script_resolve(const struct program *script, struct arguments *a, char name[PATH_LENGTH])
{
	char line[SCRIPT_LINE + 1] = { 0 }, *interpreter, *argument, *end;
	bool has_nul;
	int error;

	memcpy(line, script->data, script->size < SCRIPT_LINE ? script->size : SCRIPT_LINE);
	end = end_of_line(line);
	if (!end)
		return -ENOEXEC;
	has_nul = !*end;
	*end = '\0';
	interpreter = skip(line + 2, end, true);
	if (!*interpreter)
		/*
		 * If a NUL ends the line, Linux executes the empty path. That path leads to a
		 * directory, and executing a directory fails with -EACCES.
		 */
		return has_nul ? -EACCES : -ENOEXEC;
	argument = skip(interpreter, end, false);
	while (is_blank(*argument))
		*argument++ = '\0';
	error = arguments_replace_first(a, name);
	if (!error && *argument)
		error = arguments_prepend(a, argument);
	if (!error)
		error = arguments_prepend(a, interpreter);
	string_copy(name, interpreter, PATH_LENGTH);
	return error;
}
