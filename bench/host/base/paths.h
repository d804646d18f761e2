/* SPDX-License-Identifier: MIT */
/*
 * Paths. The harness can be started from any folder, because it derives the root of the source tree
 * from the path of its executable, <root>/build/host/palimpsest-bench.
 */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * Like snprintf(), but ends the program if the result does not fit, because a truncated path must
 * never be used.
 */
__attribute__((format(printf, 3, 4))) void path_format(char *out, size_t size, const char *format, ...);

/* Returns the root of the source tree, absolute, without a trailing slash. */
const char *path_root(void);

/* Returns true if a file or folder has this path. */
bool path_exists(const char *path);

/* Creates `path` and every folder above it. Returns 0, or -1 with errno. */
int path_make_folders(const char *path);

/*
 * Makes a temporary folder in TMPDIR or /tmp, with `purpose` in its name, and writes its path to
 * `out`. Returns 0, or -1 with errno; `out` then has the path that could not be made.
 */
int path_make_temporary(char out[PATH_MAX], const char *purpose);

/*
 * Finds a program and writes its path to `out`. If the environment variable with the name
 * `override` (NULL: none) is set and not empty, its value names the program: a path, or a name in
 * PATH. Otherwise the program is the first of `names` (a list that ends with NULL) that is in PATH.
 * Returns 0, or -1 if there is no such executable.
 */
int path_find_program(const char *override, const char *const names[], char out[PATH_MAX]);
