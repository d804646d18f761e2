/* SPDX-License-Identifier: MIT */
/* Recognizes kinds of data by the first bytes. Used only for messages about boot modules that are
 * not archives (cpio.h). */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct data_kind {
	const char *name;   /* "data compressed with gzip" */
	const char *advice; /* how to make it readable: "unpack it first (gzip -dc)" */
};

/* Returns the kind of the data, never NULL. Unknown data is "no archive". */
const struct data_kind *file_kind(const void *bytes, size_t size);

/* Returns true if the bytes may be a program: an ELF file or a script. */
bool file_is_program(const void *bytes, size_t size);
