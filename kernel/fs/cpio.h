/* SPDX-License-Identifier: MIT */
/*
 * cpio archives, as Linux takes them for its initramfs (kernel.org:
 * driver-api/early-userspace/buffer-format): the newc format (070701) and its variant with
 * checksums (crc, 070702); any number of archives in a row, with zero bytes before, between and
 * after them.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Returns true if the bytes after leading zeros begin like such an archive. */
bool cpio_is(const void *archive, size_t size);

/* The result of unpacking. */
struct unpacked {
	size_t used; /* bytes at the start that files point into; the rest is no longer needed */
	size_t read; /* bytes that are archives and zeros */
	const struct file_kind *rest; /* the kind of the data that follows, which is not read; or NULL */
	size_t freed;                 /* archive_unpack(): bytes freed at once */
};

/*
 * Creates the files of the archives below the root. A file replaces an earlier one of the same
 * name, and missing directories are made. Files point into the archive: their contents are moved
 * together to its start. Returns 0, -EINVAL if the archive is damaged, or -ENOMEM; files made by
 * then stay. Takes time linear in the size of the archive.
 */
int cpio_unpack(void *archive, size_t size, struct unpacked *result);
