/* SPDX-License-Identifier: MIT */
/* Functions that write JSON. */
#pragma once

#include <stdio.h>

/*
 * Writes a string in quotes, with escapes. A byte that is not part of valid UTF-8 becomes U+FFFD.
 */
void json_write_string(FILE *out, const char *text);
