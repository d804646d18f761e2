/* SPDX-License-Identifier: MIT */
/* The cycle model's profiles: the files bench/bochs/profiles/NAME.ini of the source tree. */
#pragma once

#include <limits.h>
#include <stddef.h>
#include <stdio.h>

/* Returns 0 when there is a profile of this name and its file is whole, or -1 with the reason in `why`. */
int profiles_check(const char *name, char *why, size_t size);

/* Path of a profile's file. */
void profiles_path(char path[PATH_MAX], const char *name);

/* One line each, sorted: the name, and the first line of the file. */
void profiles_print(FILE *out);
