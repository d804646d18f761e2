/* SPDX-License-Identifier: MIT */
/* The numbers of the system calls (sys/calls.def). User programs include this file, too. */
#pragma once

#include <stdint.h>

enum {
#define CALL(number, name, parameters) SYS_##name = (number),
#define SAME(number, name, other)      SYS_##name = (number),
#define ABSENT(number, name)           SYS_##name = (number),
#include "calls.def"
#undef CALL
#undef SAME
#undef ABSENT
};
#define SYSCALL_COUNT       512 /* size of the table; numbers without a row return -ENOSYS */

/*
 * Values of mmap(), mremap() and msync() that are the same in Linux
 * (uapi/asm-generic/mman-common.h, linux/mman.h).
 */
#define PROT_READ           0x1
#define PROT_WRITE          0x2
#define PROT_EXEC           0x4
#define MAP_SHARED          0x01
#define MAP_PRIVATE         0x02
#define MAP_TYPE            0x0f
#define MAP_FIXED           0x10
#define MAP_ANONYMOUS       0x20
#define MAP_FIXED_NOREPLACE 0x100000
#define MREMAP_MAYMOVE      1
#define MREMAP_FIXED        2
#define MS_ASYNC            1
#define MS_SYNC             4

/*
 * The functions that SYS_bench_* call while a benchmark program runs. If `bench_calls` is NULL, the
 * system calls return -ENOSYS.
 */
struct bench_calls {
	long (*next)(void);
	long (*start)(void);
	long (*stamp)(void);
	long (*value)(uint64_t index, uint64_t value);
};
extern const struct bench_calls *bench_calls;
