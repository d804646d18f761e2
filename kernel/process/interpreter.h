/* SPDX-License-Identifier: MIT */
/* Programs that are linked dynamically: that they do not run here is said, with the reason. */
#pragma once

#include <stddef.h>

/*
 * Says on the console which interpreter an ELF file at `data` asks for, when it asks for one: once for each path that it was started
 * by, and for a few of them only. Name and file are a user's: what is printed is bounded, and printable.
 */
void say_interpreter(const char *name, const void *data, size_t size);
