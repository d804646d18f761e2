/* SPDX-License-Identifier: MIT */
/* The cycle model's profiles: the files bench/bochs/profiles/NAME.ini of the source tree. */
#pragma once

#include <limits.h>
#include <stddef.h>
#include <stdio.h>

#define PROFILE_DEFAULT "skylake-client" /* the profile of a run without --profile */
#define PROFILE_NONE    "none"           /* given in place of a name: no cycle model */

/*
 * Checks that the profile exists and its file is valid. Returns 0, or -1 with the reason in `why`.
 */
int profiles_check(const char *name, char *why, size_t size);

/* Writes the path of a profile's file. */
void profiles_path(char path[PATH_MAX], const char *name);

/*
 * Writes how many parameters of a valid profile are measured, seen, derived, recalled and assumed,
 * as "3 measured, 70 assumed"; kinds without parameters are left out. Writes "" if the profile is
 * not valid.
 */
void profiles_describe(const char *name, char *text, size_t size);

/* Prints the names of all profiles, sorted, with commas between them. */
void profiles_names(FILE *out);

/* Prints two lines per profile, sorted by name: its name with the first line of its file, and the
 * text of profiles_describe(). */
void profiles_print(FILE *out);
