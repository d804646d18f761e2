/* SPDX-License-Identifier: MIT */
/* The folder of a run's results. */
#pragma once

#include "bench/host/engine/engine.h"

struct folder {
	char path[PATH_MAX];
	char name[256]; /* the last part of the path */
	bool ours;      /* made under results/ of the source tree, so `latest` may point to it */
};

/*
 * Creates the folder: `out`, which must be new or empty, or results/<UTC time>-<engines> if `out`
 * is NULL. Returns 0, or -1 with the reason in `why`.
 */
int folder_make(struct folder *folder, const char *out, const struct engine *const engines[], size_t count,
                char *why, size_t size);

/* Points results/latest at the folder if it is `ours`. Returns 0, or -1 with errno. */
int folder_is_latest(const struct folder *folder);

/* Locks the folder until this process ends. Returns 0, or -1 if another process holds the lock. */
int folder_lock(const char *path);
