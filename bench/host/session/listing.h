/* SPDX-License-Identifier: MIT */
/* Prints what --list shows. */
#pragma once

#include <stdio.h>

/*
 * Prints engines, strategies, profiles and benchmarks. The list of benchmarks is in the kernel, so
 * the function boots a kernel on engine tcg. Returns 0, or -1 after a message if the boot fails.
 */
int listing_print(FILE *out);
