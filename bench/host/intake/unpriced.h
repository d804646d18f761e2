/* SPDX-License-Identifier: MIT */
/*
 * A list of the instructions that the cycle model has no price for, as the instrumentation library
 * reports them: each name is followed by a newline.
 */
#pragma once

#include <stdbool.h>

enum { UNPRICED_MAX = 512 };

/* Adds a name. Returns false if the list has it already, or has no room. */
bool unpriced_add(char list[UNPRICED_MAX], const char *name);
