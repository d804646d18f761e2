/* SPDX-License-Identifier: MIT */
/* Archives that came as boot modules: their files, and the memory that no file needs. */
#pragma once

#include <stddef.h>

#include "fs/cpio.h"

/*
 * Unpacks an archive (cpio.h) that lies in frames of its own, from the first page on: each has been allocated, and has one owner.
 * File contents are moved together; each file becomes an owner of the frames that its bytes are in, and those with none, or
 * whose files go later, are free. Returns as cpio_unpack() does; the archive itself is the caller's no more, either way.
 */
int archive_unpack(void *archive, size_t size, struct unpacked *result);
