/* SPDX-License-Identifier: MIT */
/* Unpacks archives that are boot modules, and frees the memory in them that no file needs. */
#pragma once

#include <stddef.h>

#include "fs/cpio.h"

/*
 * Unpacks an archive (cpio.h) that begins at the start of a page and is in allocated frames with
 * one owner each. Moves the contents of the files to the start of the archive. Each file then
 * co-owns the frames that contain its bytes, and frames that contain no file are freed. Returns
 * what cpio_unpack() returns, and sets result->freed. The archive's memory no longer belongs to the
 * caller, even after an error.
 */
int archive_unpack(void *archive, size_t size, struct unpacked *result);
