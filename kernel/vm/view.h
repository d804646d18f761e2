/* SPDX-License-Identifier: MIT */
/*
 * The bytes of a file that was written here lie in frames anywhere. A view shows them side by side in the kernel's half, read-only
 * and not executable, for the loader to read a program from. It is an owner of the frames, whatever becomes of the file: who writes
 * to it meanwhile is seen, who cuts it off is not.
 */
#pragma once

#include "fs/node.h"

/* A view of all of a file that is not empty: its first byte. NULL: no memory, or VIEW_SLOTS of them are open. */
const void *view_open(const struct node *node);

/* Ends a view of `size` bytes, the file's size when it was opened. */
void view_close(const void *bytes, size_t size);
