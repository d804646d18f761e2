/* SPDX-License-Identifier: MIT */
#include "bench/host/engine/linux_rows.h"
#include "bench/host/base/paths.h"

#include <fnmatch.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define NAME_MAX_LENGTH 64
#define SUFFIX          ".real"

bool linux_row(const char *name)
{
	size_t length = strlen(name);

	return length > strlen(SUFFIX) && strcmp(name + length - strlen(SUFFIX), SUFFIX) == 0;
}

static void add(char list[BENCH_GLOBS], const char *item)
{
	size_t used = strlen(list);

	path_format(list + used, BENCH_GLOBS - used, "%s%s", used ? "," : "", item);
}

static bool has(const char *list, const char *name)
{
	const char *found = strstr(list, name);
	size_t length = strlen(name);

	for (; found; found = strstr(found + 1, name))
		if ((found == list || found[-1] == ',') && (found[length] == ',' || !found[length]))
			return true;
	return false;
}

/* One glob: adds the benchmarks of Linux that it matches, and tells whether it matches others. */
static void match(struct linux_rows *rows, const char *glob, bool *linux_ones, bool *other_ones)
{
	char path[PATH_MAX], line[300], name[NAME_MAX_LENGTH];
	FILE *in;

	*linux_ones = *other_ones = false;
	path_format(path, sizeof path, "%s/build/host/about.txt", path_root());
	in = fopen(path, "re");
	while (in && fgets(line, sizeof line, in)) {
		if (*line == '#' || *line == '=' || sscanf(line, "%63[^\t]", name) != 1 ||
		    fnmatch(glob, name, 0) != 0)
			continue;
		if (!linux_row(name)) {
			*other_ones = true;
			continue;
		}
		*linux_ones = true;
		if (!has(rows->names, name))
			add(rows->names, name);
	}
	if (in)
		fclose(in);
}

bool benchmarks_are_known(const char *globs, char unknown[BENCH_GLOBS])
{
	char path[PATH_MAX];
	struct linux_rows rows = { 0 };

	path_format(path, sizeof path, "%s/build/host/about.txt", path_root());
	if (access(path, R_OK) != 0)
		return true; /* the kernel says it then */
	while (*globs) {
		bool linux_ones, other_ones;
		size_t length = strcspn(globs, ",");

		path_format(unknown, BENCH_GLOBS, "%.*s", (int)length, globs);
		match(&rows, unknown, &linux_ones, &other_ones);
		if (!linux_ones && !other_ones)
			return false;
		globs += length + (globs[length] == ',');
	}
	return true;
}

void linux_rows_split(struct linux_rows *rows, const char *globs)
{
	bool linux_ones, other_ones;

	*rows = (struct linux_rows){ 0 };
	while (*globs) {
		char glob[BENCH_GLOBS];
		size_t length = strcspn(globs, ",");

		path_format(glob, sizeof glob, "%.*s", (int)length, globs);
		match(rows, glob, &linux_ones, &other_ones);
		if (other_ones || !linux_ones) /* what matches nothing is the kernel's to refuse */
			add(rows->others, glob);
		globs += length + (globs[length] == ',');
	}
}
