/* SPDX-License-Identifier: MIT */
/* Reads the initrd of the level-1 environment: a cpio archive (newc) in memory. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fs/cpio.h"
#include "lib/string.h"

struct initrd_file {
	const char *name;
	const uint8_t *data;
	size_t size;
};

#define INITRD_HEADER   110
#define INITRD_SIZE_AT  54 /* offset of the file's size in the header: 8 hexadecimal digits */
#define INITRD_NAME_AT  94 /* offset of the size of its name, with the NUL: 8 hexadecimal digits */
#define INITRD_ALIGN(n) (((n) + 3) & ~3UL)

static inline uint32_t initrd_number(const uint8_t *digits)
{
	uint32_t value = 0;

	for (unsigned i = 0; i < 8; i++)
		value = value << 4 | (digits[i] <= '9' ? digits[i] & 15U : (digits[i] & 15U) + 9);
	return value;
}

/*
 * Sets `file` to the member of the archive that begins at *at, and moves *at to the next member.
 * Returns false at the end of the archive, or if no complete member begins there.
 */
static inline bool initrd_next(const uint8_t *archive, size_t size, size_t *at, struct initrd_file *file)
{
	const uint8_t *header = archive + *at;
	size_t name_size;

	if (*at + INITRD_HEADER > size || memcmp(header, CPIO_NEWC, sizeof CPIO_NEWC - 1) != 0)
		return false;
	name_size = initrd_number(header + INITRD_NAME_AT);
	file->size = initrd_number(header + INITRD_SIZE_AT);
	file->name = (const char *)header + INITRD_HEADER;
	if (!name_size || *at + INITRD_ALIGN(INITRD_HEADER + name_size) + file->size > size ||
	    file->name[name_size - 1])
		return false;
	file->data = header + INITRD_ALIGN(INITRD_HEADER + name_size);
	*at += INITRD_ALIGN(INITRD_HEADER + name_size) + INITRD_ALIGN(file->size);
	return strcmp(file->name, CPIO_TRAILER) != 0;
}
