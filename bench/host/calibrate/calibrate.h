/* SPDX-License-Identifier: MIT */
/* run-bench.sh --calibrate: measures this processor and writes a profile of the cycle model. */
#pragma once

#include <stdbool.h>

/*
 * Returns true if a profile may have this name: 1 to 40 letters, digits, '-' and '_', beginning
 * with a letter or digit. The name `none` is not allowed, because as an option it means no profile.
 */
bool calibrate_name_is_good(const char *name);

/*
 * Measures the processor and writes bench/bochs/profiles/NAME.ini. `cpu` is the CPU to run on, or
 * -1 for the CPU that is likely to be the quietest. Takes at most about 160 s; with `quick` a few
 * seconds. An existing profile is replaced only if this function wrote it. Returns the exit status:
 * 0 if the profile was written, 1 if the user interrupted the measurement, 2 after a message if
 * nothing can be measured here or the file cannot be written.
 */
int calibrate_run(const char *name, int cpu, bool quick);
