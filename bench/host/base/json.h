/* SPDX-License-Identifier: MIT */
/* The part of JSON that results need. */
#pragma once

#include <stdio.h>

/* Writes a string in quotes; UTF-8 is kept. */
void json_write_string(FILE *out, const char *text);
