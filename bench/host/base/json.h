/* SPDX-License-Identifier: MIT */
/* JSON, as far as results need it. */
#pragma once

#include <stdio.h>

/* Writes a string with its quotes; UTF-8 stays as it is. */
void json_write_string(FILE *out, const char *text);
