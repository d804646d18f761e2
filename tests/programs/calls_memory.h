/* SPDX-License-Identifier: MIT */
/*
 * Rows for calls.c: system calls on memory, each with a bad argument, and the errors that the calls
 * must return.
 */
#pragma once

#include "tests/programs/calls_rows.h"

static const struct row rows_on_memory[] = {
	{ SYS_mmap, BADF, { 0, 4096, 1, 2, CLOSED, 0 } },
	{ SYS_mmap, INVAL, { 0, 0, 1, 0x22, ~0UL, 0 } },
	{ SYS_munmap, INVAL, { 1, 4096 } },
	{ SYS_mprotect, INVAL, { 1, 4096, 1 } },
	{ SYS_mmap, INVAL, { 0, 4096, 1, 0x20, ~0UL, 0 } },
	{ SYS_mmap, INVAL, { 0, 4096, 1, 0x22, ~0UL, 1 } },
	{ SYS_mmap, -12, { 0, ~0UL, 1, 0x22, ~0UL, 0 } },
	{ SYS_mmap, -12, { 0, 1UL << 62, 1, 0x22, ~0UL, 0 } },
	{ SYS_mmap, INVAL, { 1, 4096, 1, 0x32, ~0UL, 0 } },
	{ SYS_mmap, -12, { 1UL << 63, 4096, 1, 0x32, ~0UL, 0 } },
	{ SYS_munmap, INVAL, { 0x400000, 0 } },
	{ SYS_munmap, INVAL, { 1UL << 63, 4096 } },
	{ SYS_munmap, INVAL, { 0x400000, ~0UL } },
	{ SYS_mprotect, -12, { KERNEL_BASE, 4096, 1 } },
	{ SYS_mprotect, -12, { 0x1000, 4096, 1 } },
	{ SYS_madvise, INVAL, { 1, 4096, 4 } },
	{ SYS_madvise, INVAL, { 0x400000, 4096, 999 } },
	{ SYS_madvise, -12, { 0x1000, 4096, 4 } },
	{ SYS_msync, INVAL, { 1, 4096, 4 } },
	{ SYS_msync, INVAL, { 0x400000, 4096, 5 } },
	{ SYS_msync, -12, { 0x1000, 4096, 4 } },
	{ SYS_mremap, INVAL, { 1, 4096, 8192, 1, 0 } },
	{ SYS_mremap, FAULT, { 0x1000, 4096, 8192, 1, 0 } },
	{ SYS_mremap, INVAL, { 0x400000, 4096, 0, 1, 0 } },
};
