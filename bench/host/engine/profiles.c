/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/host/engine/profiles.h"
#include "bench/bochs/model/profile.h"
#include "bench/host/base/paths.h"

#include <glob.h>
#include <stdbool.h>
#include <string.h>

#define SUFFIX ".ini"

void profiles_path(char path[PATH_MAX], const char *name)
{
	path_format(path, PATH_MAX, "%s/bench/bochs/profiles/%s" SUFFIX, path_root(), name);
}

/*
 * Finds the files of all profiles, sorted by name. The caller calls globfree() even if there are
 * none.
 */
static void find(glob_t *files)
{
	char pattern[PATH_MAX];

	profiles_path(pattern, "*");
	memset(files, 0, sizeof *files);
	glob(pattern, 0, NULL, files);
}

static void name_of(const char *path, char *name, size_t size)
{
	const char *base = strrchr(path, '/') + 1;

	snprintf(name, size, "%.*s", (int)(strlen(base) - strlen(SUFFIX)), base);
}

/*
 * Appends the names of all profiles to `text`, separated by commas. Returns true if one of them is
 * `name`.
 */
static bool list_names(const char *name, char *text, size_t size)
{
	size_t used = strlen(text);
	bool found = false;
	char known[64];
	glob_t files;

	find(&files);
	for (size_t i = 0; i < files.gl_pathc; i++) {
		name_of(files.gl_pathv[i], known, sizeof known);
		found = found || strcmp(known, name) == 0;
		if (used < size)
			used += (size_t)snprintf(text + used, size - used, "%s %s", i ? "," : "", known);
	}
	globfree(&files);
	return found;
}

int profiles_check(const char *name, char *why, size_t size)
{
	char reason[PROFILE_WHY_MAX];
	struct profile profile;
	char path[PATH_MAX];

	snprintf(why, size, "unknown profile '%.40s'; valid are: " PROFILE_NONE ",", name);
	if (!list_names(name, why, size))
		return -1;
	profiles_path(path, name);
	if (profile_read(&profile, path, reason) == 0)
		return 0;
	snprintf(why, size, "%s", reason);
	return -1;
}

void profiles_describe(const char *name, char *text, size_t size)
{
	static const char *const kinds[TAGS] = { "measured", "seen", "derived", "recalled", "assumed" };
	char path[PATH_MAX], why[PROFILE_WHY_MAX];
	struct profile profile;
	size_t used = 0;

	*text = '\0';
	profiles_path(path, name);
	if (profile_read(&profile, path, why))
		return;
	for (unsigned tag = 0; tag < TAGS; tag++)
		if (profile.tagged[tag] > 0 && used < size)
			used += (size_t)snprintf(text + used, size - used, "%s%u %s", used ? ", " : "",
			                         profile.tagged[tag], kinds[tag]);
}

void profiles_names(FILE *out)
{
	char name[64];
	glob_t files;

	find(&files);
	for (size_t i = 0; i < files.gl_pathc; i++) {
		name_of(files.gl_pathv[i], name, sizeof name);
		fprintf(out, "%s%s", i ? ", " : "", name);
	}
	globfree(&files);
}

void profiles_print(FILE *out)
{
	char name[64], tags[100];
	char line[200];
	glob_t files;

	find(&files);
	for (size_t i = 0; i < files.gl_pathc; i++) {
		FILE *file = fopen(files.gl_pathv[i], "re");

		*line = '\0';
		if (file && !fgets(line, sizeof line, file))
			*line = '\0';
		if (file)
			fclose(file);
		name_of(files.gl_pathv[i], name, sizeof name);
		fprintf(out, "  %-22s%s", name, line + strspn(line, "# "));
		profiles_describe(name, tags, sizeof tags);
		fprintf(out, "  %-22s%s\n", "", *tags ? tags : "not a valid profile");
	}
	globfree(&files);
}
