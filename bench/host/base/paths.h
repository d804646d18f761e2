/* SPDX-License-Identifier: MIT */
/*
 * Paths. The source tree is found from the path of the harness's executable
 * (<root>/build/host/palimpsest-bench), so it can be started from any folder.
 */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * Like snprintf(), but ends the program if the result does not fit: a truncated path must never be
 * used.
 */
__attribute__((format(printf, 3, 4))) void path_format(char *out, size_t size, const char *format, ...);

/* Returns the root of the source tree, absolute, without a trailing slash. */
const char *path_root(void);

/* Returns true if a file or folder has this path. */
bool path_exists(const char *path);

/* Creates `path` and every folder above it. Returns 0, or -1 with errno. */
int path_make_folders(const char *path);

/*
 * Makes a temporary folder in TMPDIR or /tmp with `purpose` in its name. `out` gets its path, even
 * on failure. Returns 0, or -1 with errno.
 */
int path_make_temporary(char out[PATH_MAX], const char *purpose);

/*
 * Finds a program and writes its path: the value of the environment variable `override` if set,
 * else the first of `names`, a list ending with NULL, in PATH. Returns 0, or -1 if none can be
 * executed.
 */
int path_find_program(const char *override, const char *const names[], char out[PATH_MAX]);
