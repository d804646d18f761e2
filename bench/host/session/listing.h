/* SPDX-License-Identifier: MIT */
/* What --list prints. */
#pragma once

#include <stdio.h>

/*
 * Prints engines, strategies, profiles and benchmarks. The kernel owns the table of benchmarks, so it is booted for it.
 * Returns 0, or -1 after a message when that did not work.
 */
int listing_print(FILE *out);
