/* SPDX-License-Identifier: MIT */
#include "bench/host/engine/linux_rows.h"
#include "bench/host/base/paths.h"

#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#define NAME_MAX_LENGTH 64

/* A line of build/host/about.txt. */
struct about_line {
	char name[NAME_MAX_LENGTH];
	bool of_linux; /* the third field is "linux": the benchmark runs Linux programs */
	bool fixed;    /* the third field is "fixed": the number of samples is fixed */
};

static FILE *open_about(void)
{
	char path[PATH_MAX];

	path_format(path, sizeof path, "%s/build/host/about.txt", path_root());
	return fopen(path, "re");
}

/*
 * Reads the next benchmark of about.txt. Returns false at the end of the file or if `in` is NULL.
 */
static bool next_about(FILE *in, struct about_line *about)
{
	char line[300], property[16];

	while (in && fgets(line, sizeof line, in)) {
		if (*line == '#' || *line == '=' || sscanf(line, "%63[^\t]", about->name) != 1)
			continue;
		if (sscanf(line, "%*[^\t]\t%*[^\t]\t%15[^\n]", property) != 1)
			*property = '\0';
		about->of_linux = strcmp(property, "linux") == 0;
		about->fixed = strcmp(property, "fixed") == 0;
		return true;
	}
	return false;
}

bool linux_row(const char *name)
{
	struct about_line about;
	FILE *in = open_about();
	bool found = false;

	while (next_about(in, &about))
		found |= about.of_linux && strcmp(about.name, name) == 0;
	if (in)
		fclose(in);
	return found;
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

/*
 * Adds each benchmark that runs Linux programs and matches `glob` to rows->names. Sets *linux_ones
 * to true if there is any, and *other_ones to true if `glob` matches any other benchmark. Sets
 * rows->fixed or rows->varied for each of these other benchmarks.
 *
 * In the kernel the glob `*` does not match benchmarks with .own_boot. Here it does. That makes no
 * difference: the benchmarks without .own_boot set both rows->fixed and rows->varied anyway.
 */
static void match(struct linux_rows *rows, const char *glob, bool *linux_ones, bool *other_ones)
{
	struct about_line about;
	FILE *in = open_about();

	*linux_ones = *other_ones = false;
	while (next_about(in, &about)) {
		if (fnmatch(glob, about.name, 0) != 0)
			continue;
		*(about.of_linux ? linux_ones : other_ones) = true;
		rows->fixed |= about.fixed;
		rows->varied |= !about.fixed && !about.of_linux;
		if (about.of_linux && !has(rows->names, about.name))
			add(rows->names, about.name);
	}
	if (in)
		fclose(in);
}

bool benchmarks_are_known(const char *globs, char unknown[BENCH_GLOBS])
{
	struct linux_rows rows = { 0 };
	FILE *about = open_about();

	if (!about)
		return true; /* the kernel itself refuses globs without a match */
	fclose(about);
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
	FILE *about = open_about();

	*rows = (struct linux_rows){ .fixed = !about, .varied = !about };
	if (about)
		fclose(about);
	while (*globs) {
		char glob[BENCH_GLOBS];
		size_t length = strcspn(globs, ",");

		path_format(glob, sizeof glob, "%.*s", (int)length, globs);
		match(rows, glob, &linux_ones, &other_ones);
		if (other_ones || !linux_ones) /* the kernel reports a glob that matches nothing */
			add(rows->others, glob);
		if (!other_ones && !linux_ones)
			rows->varied = true;
		globs += length + (globs[length] == ',');
	}
}
