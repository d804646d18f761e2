/* SPDX-License-Identifier: MIT */
/*
 * cpio archives, as Linux takes them for its initramfs (kernel.org: driver-api/early-userspace/buffer-format): the newc format
 * (070701), and the same with checksums (crc, 070702); any number of archives in a row, zero bytes before, between and after them.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Whether the bytes begin as such an archive does, after zeros. */
bool cpio_is(const void *archive, size_t size);

/* What became of an archive. */
struct unpacked {
	size_t used; /* its first bytes, which files point into; the rest is no longer needed */
	size_t read; /* bytes that are archives and zeros */
	const struct file_kind *rest; /* what follows them, and is not read; NULL: nothing */
	size_t freed;                 /* archive_unpack(): bytes that were free at once */
};

/*
 * Puts what is in the archives below the root, in place of what has the same name: a later file replaces an earlier one. Directories
 * that are missing are made. Files keep pointing into the archive: their contents are moved together, down to its first bytes.
 * Returns 0; -EINVAL when it is damaged, -ENOMEM: what came before that stays. The time that it takes grows as the
 * archive does.
 */
int cpio_unpack(void *archive, size_t size, struct unpacked *result);
