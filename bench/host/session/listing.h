/* SPDX-License-Identifier: MIT */
/* The output of --list. */
#pragma once

#include <stdio.h>

/*
 * Prints engines, strategies, profiles and benchmarks. Boots the kernel, which has the table of
 * benchmarks. Returns 0, or -1 after a message if that fails.
 */
int listing_print(FILE *out);
