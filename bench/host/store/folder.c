/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/host/store/folder.h"
#include "bench/host/base/clock.h"
#include "bench/host/base/paths.h"
#include "bench/host/engine/replay.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_empty(const char *path)
{
	DIR *folder = opendir(path);
	size_t entries = 0;

	if (!folder)
		return false;
	while (readdir(folder))
		entries++;
	closedir(folder);
	return entries <= 2; /* . and .. */
}

/*
 * Creates the folder results/<UTC time>-<engines>. If another run created it in the same second,
 * appends "-2" to "-99" to the name. Returns 0, or -1 with errno.
 */
static int make_new(struct folder *folder, const char *engines)
{
	char now[CLOCK_TEXT_MAX];
	char results[PATH_MAX];

	path_format(results, sizeof results, "%s/results", path_root());
	if (path_make_folders(results))
		return -1;
	clock_utc(now, "%Y%m%dT%H%M%SZ");
	for (int attempt = 1; attempt < 100; attempt++) {
		path_format(folder->path, sizeof folder->path, "%s/%s-%s", results, now, engines);
		if (attempt > 1)
			path_format(folder->path, sizeof folder->path, "%s/%s-%s-%d", results, now, engines,
			            attempt);
		if (mkdir(folder->path, 0777) == 0)
			return 0;
		if (errno != EEXIST)
			return -1;
	}
	return -1;
}

int folder_make(struct folder *folder, const char *out, const struct engine *const engines[], size_t count,
                char *why, size_t size)
{
	char names[128] = "";
	char absolute[PATH_MAX];
	int status;

	*folder = (struct folder){ .ours = !out };
	for (size_t i = 0; i < count; i++)
		path_format(names + strlen(names), sizeof names - strlen(names), "%s%s", i ? "+" : "",
		            engines[i]->name);
	if (replay_is_on())
		path_format(names + strlen(names), sizeof names - strlen(names), "+replayed");
	if (out)
		path_format(folder->path, sizeof folder->path, "%s", out);
	status = out ? path_make_folders(out) : make_new(folder, names);
	if (status || !realpath(folder->path, absolute)) {
		snprintf(why, size, "%.300s: %s", folder->path, strerror(errno));
		return -1;
	}
	if (!is_empty(absolute)) {
		snprintf(why, size, "%.300s is not an empty folder", folder->path);
		return -1;
	}
	path_format(folder->path, sizeof folder->path, "%s", absolute);
	path_format(folder->name, sizeof folder->name, "%s", strrchr(absolute, '/') + 1);
	return 0;
}

int folder_is_latest(const struct folder *folder)
{
	char link[PATH_MAX];
	char temporary[PATH_MAX];

	if (!folder->ours)
		return 0;
	path_format(link, sizeof link, "%s/results/latest", path_root());
	path_format(temporary, sizeof temporary, "%s/results/.latest-%d", path_root(), (int)getpid());
	unlink(temporary);
	return symlink(folder->name, temporary) || rename(temporary, link) ? -1 : 0;
}

int folder_lock(const char *path)
{
	int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	/* The descriptor stays open, so the kernel releases the lock only when the process ends. */
	return folder < 0 || flock(folder, LOCK_EX | LOCK_NB) ? -1 : 0;
}
