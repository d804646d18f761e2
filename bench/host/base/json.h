/* SPDX-License-Identifier: MIT */
/* JSON, as far as results need it. */
#pragma once

#include <stdio.h>

/* Writes a string in quotes; UTF-8 is kept. */
void json_write_string(FILE *out, const char *text);
