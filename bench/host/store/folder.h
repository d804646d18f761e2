/* SPDX-License-Identifier: MIT */
/* The folder that receives a run's results. */
#pragma once

#include "bench/host/engine/engine.h"

struct folder {
	char path[PATH_MAX];
	char name[256]; /* the last part of the path */
	/* The folder is in results/ of the source tree, so results/latest may point to it. */
	bool ours;
};

/*
 * Creates a folder and describes it in `folder`. The folder is `out`, which must be new or empty,
 * or results/<UTC time>-<engines> if `out` is NULL. `count` is the number of engines. Returns 0, or
 * -1 with the reason in `why`, which has `size` bytes.
 */
int folder_make(struct folder *folder, const char *out, const struct engine *const engines[], size_t count,
                char *why, size_t size);

/*
 * Makes the symbolic link results/latest point to the folder, unless `ours` is false. Returns 0, or
 * -1 with errno.
 */
int folder_is_latest(const struct folder *folder);

/* Locks the folder until this process ends. Returns 0, or -1 if another process holds the lock. */
int folder_lock(const char *path);
