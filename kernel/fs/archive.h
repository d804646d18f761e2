/* SPDX-License-Identifier: MIT */
/*
 * Archives that came as boot modules: unpacks their files, and frees the memory that no file needs.
 */
#pragma once

#include <stddef.h>

#include "fs/cpio.h"

/*
 * Unpacks an archive (cpio.h) that starts on a page and lies in allocated frames with one owner
 * each. File contents are moved together; each file then co-owns the frames that hold its bytes,
 * and frames without a file are freed. Returns as cpio_unpack() does. The caller gives the archive
 * up in any case.
 */
int archive_unpack(void *archive, size_t size, struct unpacked *result);
