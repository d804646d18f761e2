/* SPDX-License-Identifier: MIT */
/*
 * Where things are. The source tree is found from the harness's own place in it
 * (<root>/build/host/palimpsest-bench), so that it can be started from any folder.
 */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

/* Like snprintf, but a result that does not fit ends the program: a cut path must never be used. */
__attribute__((format(printf, 3, 4))) void path_format(char *out, size_t size, const char *format, ...);

/* The source tree's root, absolute, without a trailing slash. */
const char *path_root(void);

bool path_exists(const char *path);

/* Creates `path` and every folder above it. Returns 0, or -1 with errno. */
int path_make_folders(const char *path);

/*
 * Makes a temporary folder for `purpose` (a word), in TMPDIR or /tmp. Returns 0, or -1 with errno; `out` has its path, or the one
 * that could not be made.
 */
int path_make_temporary(char out[PATH_MAX], const char *purpose);

/*
 * Finds a program: `override` (an environment variable) if set, else the first of `names` (ends with NULL)
 * in PATH. Writes its path. Returns 0, or -1 when there is none that can be executed.
 */
int path_find_program(const char *override, const char *const names[], char out[PATH_MAX]);
