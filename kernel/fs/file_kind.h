/* SPDX-License-Identifier: MIT */
/* What bytes that are no archive (cpio.h) are, by their first ones: for messages only. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct file_kind {
	const char *name;   /* "data compressed with gzip" */
	const char *advice; /* what to do, so that it is read: "unpack it first (gzip -dc)" */
};

/* Never NULL: bytes of no kind that is known are "no archive". */
const struct file_kind *file_kind(const void *bytes, size_t size);

/* Whether they may be a program: an ELF file, or a script. */
bool file_is_program(const void *bytes, size_t size);
