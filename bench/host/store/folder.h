/* SPDX-License-Identifier: MIT */
/* The folder that a run's results go to. */
#pragma once

#include "bench/host/engine/engine.h"

struct folder {
	char path[PATH_MAX];
	char name[256]; /* the last part of the path */
	bool ours;      /* made under results/ of the source tree, so `latest` may point to it */
};

/*
 * Makes the folder: `out` when it is given, which must be new or empty, else results/<UTC time>-<engines>.
 * Returns 0, or -1 with the reason.
 */
int folder_make(struct folder *folder, const char *out, const struct engine *const engines[], size_t count,
                char *why, size_t size);

/* Points results/latest to it, when it is ours. Returns 0, or -1 with errno. */
int folder_is_latest(const struct folder *folder);

/*
 * Marks the folder as being written by this process, for as long as the process lives. Returns 0, or -1 when another
 * process has marked it.
 */
int folder_lock(const char *path);
