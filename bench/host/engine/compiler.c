/* SPDX-License-Identifier: MIT */
#include "bench/host/engine/compiler.h"
#include "bench/host/base/paths.h"
#include "strategies.h" /* made from kernel/kernel.mk: COMPILER_DEFAULT, COMPILER_LEVELS */

#include <stdio.h>
#include <string.h>

/* The default level. The kernel leaves this level out where it names its compiler
 * (config_compiler). */
#define PLAIN "-O2"

const char compiler_default[] = COMPILER_DEFAULT;

static const char *const levels[] = { COMPILER_LEVELS };

/* Returns the level of optimization that a name ends with, or NULL if it has none. */
static const char *level_of(const char *name)
{
	for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++) {
		size_t length = strlen(name), level = strlen(levels[i]);

		if (length > level && strcmp(name + length - level, levels[i]) == 0)
			return levels[i];
	}
	return NULL;
}

void compiler_program(char program[COMPILER_NAME_MAX], const char *compiler)
{
	const char *level = level_of(compiler);

	snprintf(program, COMPILER_NAME_MAX, "%.*s", (int)(strlen(compiler) - (level ? strlen(level) : 0)),
	         compiler);
}

/* Returns true if this can be the name of a gcc or clang, the compilers that can build the
 * kernel. */
static bool is_program(const char *name)
{
	static const char valid[] = "abcdefghijklmnopqrstuvwxyz0123456789._-";

	return strspn(name, valid) == strlen(name) && (strstr(name, "gcc") || strstr(name, "clang"));
}

static int add(struct compiler_list *list, const char *text, size_t length, char *why, size_t size)
{
	char name[COMPILER_NAME_MAX], program[COMPILER_NAME_MAX];

	if (length + sizeof PLAIN > sizeof name) {
		snprintf(why, size, "unknown compiler '%.*s': the name is too long", (int)length, text);
		return -1;
	}
	snprintf(name, sizeof name, "%.*s", (int)length, text);
	if (!level_of(name))
		snprintf(name + length, sizeof name - length, PLAIN);
	compiler_program(program, name);
	if (!is_program(program)) {
		snprintf(why, size,
		         "unknown compiler '%.*s': gcc or clang is needed, with one of " COMPILER_LEVELS_TEXT
		         ", such as gcc-O2,clang-O2,clang-14-Os",
		         (int)length, text);
		return -1;
	}
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->name[i], name) == 0)
			return 0;
	if (list->count == COMPILERS_MAX) {
		snprintf(why, size, "too many compilers: at most %d", COMPILERS_MAX);
		return -1;
	}
	memcpy(list->name[list->count++], name, sizeof name);
	return 0;
}

int compiler_list_parse(struct compiler_list *list, const char *text, char *why, size_t size)
{
	list->count = 0;
	for (;; text++) {
		size_t length = strcspn(text, ",");

		if (add(list, text, length, why, size))
			return -1;
		text += length;
		if (!*text)
			return 0;
	}
}

bool compiler_made(const char *compiler, const char *reported)
{
	const char *family = strstr(compiler, "clang") ? "clang-" : "gcc-";
	const char *level = level_of(compiler), *said = level_of(reported);

	return strncmp(reported, family, strlen(family)) == 0 &&
	       strcmp(level ? level : PLAIN, said ? said : PLAIN) == 0;
}

bool compiler_is_installed(const char *compiler)
{
	char program[COMPILER_NAME_MAX], path[PATH_MAX];

	compiler_program(program, compiler);
	return path_find_program(NULL, (const char *[]){ program, NULL }, path) == 0;
}
