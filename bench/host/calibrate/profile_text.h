/* SPDX-License-Identifier: MIT */
/* The text of a profile that was measured. */
#pragma once

#include "bench/host/calibrate/figures.h"
#include "bench/host/calibrate/machine.h"

#include <limits.h>
#include <stdio.h>

/* The line that shows that a profile may be replaced: nobody wrote it by hand. */
#define PROFILE_TEXT_MARK "# Written by run-bench.sh --calibrate"

struct profile_text {
	const struct machine *machine;
	const struct figures *figures;
	unsigned rounds;  /* rounds that were made */
	const char *base; /* profile that gives the values that were not measured; and its file */
	char base_path[PATH_MAX];
	const char *note[16]; /* lines for the head of the file; ends with NULL */
};

/* Returns the name of the committed profile that is closest to this processor. */
const char *profile_text_base(const struct machine *machine);

/*
 * Writes the profile. A parameter that was not measured gets its value and tag from CPUID (sizes of
 * caches) or from the base; its comment says why. Returns the number of parameters that were
 * measured, or -1 if the base cannot be read.
 */
int profile_text_write(const struct profile_text *text, FILE *out);
