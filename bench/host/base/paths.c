/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/host/base/paths.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

void path_format(char *out, size_t size, const char *format, ...)
{
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(out, size, format, arguments);
	va_end(arguments);
	if (length < 0 || (size_t)length >= size) {
		fprintf(stderr, "run-bench: a path or value is too long: %s\n", out);
		exit(2);
	}
}

const char *path_root(void)
{
	static char root[PATH_MAX];

	if (!*root) {
		ssize_t length = readlink("/proc/self/exe", root, sizeof root - 1);

		root[length > 0 ? length : 0] = '\0';
		/* Without /proc, use the path that was passed to execve(). */
		if (length <= 0 && !realpath((const char *)getauxval(AT_EXECFN), root)) {
			fprintf(stderr, "run-bench: cannot find this program's file: /proc is missing, and "
			                "the name it was run by is not a file\n");
			exit(2);
		}
		for (int up = 0; up < 3; up++) {
			char *slash = strrchr(root, '/');

			if (slash)
				*slash = '\0';
		}
	}
	return root;
}

bool path_exists(const char *path)
{
	return access(path, F_OK) == 0;
}

int path_make_folders(const char *path)
{
	char part[PATH_MAX];

	path_format(part, sizeof part, "%s", path);
	for (char *slash = strchr(part + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(part, 0777) && errno != EEXIST)
			return -1;
		*slash = '/';
	}
	return mkdir(part, 0777) && errno != EEXIST ? -1 : 0;
}

int path_make_temporary(char out[PATH_MAX], const char *purpose)
{
	const char *folder = getenv("TMPDIR");

	path_format(out, PATH_MAX, "%s/palimpsest-%s-XXXXXX", folder ? folder : "/tmp", purpose);
	return mkdtemp(out) ? 0 : -1;
}

static bool is_program(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 && S_ISREG(status.st_mode) && access(path, X_OK) == 0;
}

static int find_in_path(const char *name, char out[PATH_MAX])
{
	const char *folder = getenv("PATH");

	while (folder && *folder) {
		size_t length = strcspn(folder, ":");

		path_format(out, PATH_MAX, "%.*s/%s", (int)length, folder, name);
		if (is_program(out))
			return 0;
		folder += length;
		folder += *folder == ':';
	}
	return -1;
}

int path_find_program(const char *override, const char *const names[], char out[PATH_MAX])
{
	const char *chosen = override ? getenv(override) : NULL;

	if (chosen && *chosen) {
		if (!strchr(chosen, '/'))
			return find_in_path(chosen, out);
		return is_program(chosen) && realpath(chosen, out) ? 0 : -1;
	}
	for (; *names; names++)
		if (find_in_path(*names, out) == 0)
			return 0;
	return -1;
}
