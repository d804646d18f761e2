/* SPDX-License-Identifier: MIT */
/* A message for programs that are linked dynamically, which do not run here. */
#pragma once

#include <stddef.h>

/*
 * Prints which interpreter an ELF file at `data` asks for, if it does: once for each `name` by
 * which it is started, and for a few names only. Name and file are untrusted: the output is bounded
 * and printable.
 */
void say_interpreter(const char *name, const void *data, size_t size);
