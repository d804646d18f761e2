/* SPDX-License-Identifier: MIT */
/* A message for programs that are linked dynamically, which do not run here. */
#pragma once

#include <stddef.h>

/*
 * If the ELF file at `data` (`size` bytes) asks for an interpreter, prints which one: once for each
 * `name`, and only for the first 16 names. Name and file are untrusted, so the output is bounded
 * and printable.
 */
void say_interpreter(const char *name, const void *data, size_t size);
