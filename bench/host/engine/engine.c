/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/host/engine/engine.h"
#include "bench/host/base/paths.h"
#include "bench/host/engine/linux_rows.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct engine *const engine_table[] = { &engine_bochs, &engine_kvm, &engine_kvm_emulated,
	                                             &engine_tcg };

const struct engine *engine_at(size_t index)
{
	return index < sizeof engine_table / sizeof engine_table[0] ? engine_table[index] : NULL;
}

const struct engine *engine_find(const char *name)
{
	for (size_t i = 0; engine_at(i); i++)
		if (strcmp(engine_at(i)->name, name) == 0)
			return engine_at(i);
	return NULL;
}

void engine_image_path(char path[PATH_MAX], const struct strategy *strategy, const char *suffix)
{
	path_format(path, PATH_MAX, "%s/build/%s/palimpsest.%s", path_root(), strategy->folder, suffix);
}

bool engine_has_archive(const struct engine_boot *boot)
{
	char path[PATH_MAX];

	path_format(path, sizeof path, "%s/" LINUX_FOLDER "/" LINUX_ARCHIVE, path_root());
	return boot->linux_programs && path_exists(path);
}

static int is_program(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name);

	return length > 4 && strcmp(entry->d_name + length - 4, ".elf") == 0;
}

static bool is_too_large(const char *folder, const char *name, uint64_t limit)
{
	char path[PATH_MAX];
	struct stat file;

	path_format(path, sizeof path, "%s/%s", folder, name);
	return limit && stat(path, &file) == 0 && (uint64_t)file.st_size > limit;
}

int engine_modules(const struct engine_boot *boot, struct arguments *names, char *why, size_t size)
{
	struct dirent **entries;
	char path[PATH_MAX];
	int count;

	path_format(path, sizeof path, "%s/build/programs", path_root());
	count = scandir(path, &entries, is_program, alphasort);
	if (count < 0) {
		snprintf(why, size, "%.200s: %s", path, strerror(errno));
		return -1;
	}
	for (int i = 0; i < count; i++) {
		if (!is_too_large(path, entries[i]->d_name, boot->module_limit))
			arguments_add(names, "%.*s", (int)strlen(entries[i]->d_name) - 4, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	return 0;
}

int engine_link(const char *target, const char *directory, const char *name, char *why, size_t size)
{
	char path[PATH_MAX];

	path_format(path, sizeof path, "%s/%s", directory, name);
	unlink(path);
	if (!path_exists(target))
		snprintf(why, size, "%.200s does not exist", target);
	else if (symlink(target, path))
		snprintf(why, size, "%.200s: %s", path, strerror(errno));
	else
		return 0;
	return -1;
}

void engine_unlink(const char *directory, const char *name)
{
	char path[PATH_MAX];

	path_format(path, sizeof path, "%s/%s", directory, name);
	unlink(path);
}

int engine_write_file(const char *directory, const char *name, const char *text, char *why, size_t size)
{
	char path[PATH_MAX];
	FILE *file;
	int status;

	path_format(path, sizeof path, "%s/%s", directory, name);
	file = fopen(path, "w");
	status = file ? fputs(text, file) : EOF;
	if (file && fclose(file))
		status = EOF;
	if (status == EOF)
		snprintf(why, size, "%.200s cannot be written", path);
	return status == EOF ? -1 : 0;
}
