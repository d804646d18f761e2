/* SPDX-License-Identifier: MIT */
/* The file of a profile that --calibrate writes. It is replaced as a whole, or stays as it is. */
#pragma once

#include "bench/bochs/model/profile.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>

struct profile_file {
	FILE *out; /* the new file, in the folder of the profile */
	char path[PATH_MAX], temporary[PATH_MAX];
};

/* Returns true if --calibrate wrote the profile in the file `in`. The caller must not have read
 * from `in` yet. Rewinds `in`. */
bool profile_file_is_ours(FILE *in);

/* Begins a new file for the profile `name`. Returns 0, or -1 with the reason in `why`. */
int profile_file_begin(struct profile_file *file, const char *name, char why[PROFILE_WHY_MAX]);

/* Replaces the profile by the new file. If the new file could not be written or is not a valid
 * profile, removes it and returns -1 with the reason in `why`. Otherwise returns 0. */
int profile_file_end(struct profile_file *file, char why[PROFILE_WHY_MAX]);

/* Removes the new file. */
void profile_file_drop(struct profile_file *file);
