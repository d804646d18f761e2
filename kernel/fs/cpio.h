/* SPDX-License-Identifier: MIT */
/* cpio archives in the newc format (kernel.org: buffer-format.rst), as Linux takes them for its initramfs. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Whether the bytes begin as such an archive does. */
bool cpio_is(const void *archive, size_t size);

/*
 * Puts what is in an archive below the root, in place of what has the same name. Directories that are missing are made. Files
 * keep pointing into the archive: their contents are moved together, down to its first `*used` bytes; the rest is no longer
 * needed. Returns 0; -EINVAL when it is damaged, -ENOMEM: what came before that stays.
 */
int cpio_unpack(void *archive, size_t size, size_t *used);
