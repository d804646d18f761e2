/* SPDX-License-Identifier: MIT */
/*
 * cpio archives, as Linux accepts them for its initramfs (kernel.org:
 * driver-api/early-userspace/buffer-format): the newc format (070701) and its variant with
 * checksums (crc, 070702). Several archives may follow each other, with zero bytes before, between
 * and after them.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define CPIO_NEWC    "070701"     /* the first bytes of each member in the newc format */
#define CPIO_TRAILER "TRAILER!!!" /* the name of the last member */

/* Returns true if the data begins like such an archive. Zeros before the archive are skipped. */
bool cpio_is(const void *archive, size_t size);

/* The result of unpacking. */
struct unpacked {
	size_t used; /* the first `used` bytes have contents of files; the others are not needed */
	size_t read; /* bytes that were read: archives, and the zeros around them */
	/* Kind of the data after the bytes that were read; NULL if there is none. */
	const struct data_kind *rest;
	size_t freed; /* bytes that archive_unpack() has freed */
};

/*
 * Creates the files of the archives below the root. Missing directories are created, and a file
 * replaces an earlier one with the same path. The contents of the files are moved down to the start
 * of the archive, and the files point to them there. Returns 0, -EINVAL if the archive is damaged,
 * or -ENOMEM. Files created before an error remain. Takes time linear in the size of the archive.
 */
int cpio_unpack(void *archive, size_t size, struct unpacked *result);
