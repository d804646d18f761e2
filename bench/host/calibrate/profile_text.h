/* SPDX-License-Identifier: MIT */
/* Writes a measured profile as text. */
#pragma once

#include "bench/host/calibrate/figures.h"
#include "bench/host/calibrate/machine.h"

#include <limits.h>
#include <stdio.h>

/* The beginning of a line that --calibrate writes into its profiles. A profile without such a line
 * is not replaced. */
#define PROFILE_TEXT_MARK "# Written by run-bench.sh --calibrate"

struct profile_text {
	const struct machine *machine;
	const struct figures *figures;
	unsigned rounds;          /* number of rounds measured */
	const char *base;         /* name of the profile that supplies the values not measured */
	char base_path[PATH_MAX]; /* the file of that profile */
	const char *note[16];     /* lines for the head of the file; ends with NULL */
};

/* Returns the name of the committed profile that is closest to this processor. */
const char *profile_text_base(const struct machine *machine);

/*
 * Writes the profile. A parameter that was not measured gets its value and tag from CPUID (sizes of
 * caches) or from the base; its comment says why it was not measured. Returns the number of
 * parameters that were measured, or -1 if the base cannot be read.
 */
int profile_text_write(const struct profile_text *text, FILE *out);
