/* SPDX-License-Identifier: MIT */
/* System calls: Linux x86-64 numbers where Linux has the call, numbers from 500 on where not. */
#pragma once

#include <stdint.h>

#define SYS_read        0
#define SYS_write       1
#define SYS_mmap        9
#define SYS_mprotect    10
#define SYS_munmap      11
#define SYS_brk         12
#define SYS_sched_yield 24
#define SYS_getpid      39
#define SYS_fork        57
#define SYS_vfork       58
#define SYS_execve      59
#define SYS_exit        60
#define SYS_wait4       61
#define SYS_kill        62
#define SYS_getppid     110
#define SYS_arch_prctl  158
#define SYS_exit_group  231
#define SYS_spawn       500 /* (name, argv, envp): process ID of a new task, which runs at once */
#define SYS_bench_next  501 /* for benchmark programs: bench/guest/user.c */
#define SYS_bench_start 502
#define SYS_bench_stamp 503
#define SYS_bench_value 504
#define SYSCALL_COUNT   512

/* cpu/entry.asm, sys/memory.c */
long sys_fork(void);
long sys_mmap(uint64_t address, uint64_t size, uint64_t protection, uint64_t flags, uint64_t fd,
              uint64_t offset);
long sys_mprotect(uint64_t address, uint64_t size, uint64_t protection);
long sys_munmap(uint64_t address, uint64_t size);
long sys_brk(uint64_t address);

/* Values of mmap() that are the same in Linux (uapi/asm-generic/mman-common.h, mman.h). */
#define PROT_READ           0x1
#define PROT_WRITE          0x2
#define PROT_EXEC           0x4
#define MAP_SHARED          0x01
#define MAP_PRIVATE         0x02
#define MAP_TYPE            0x0f
#define MAP_FIXED           0x10
#define MAP_ANONYMOUS       0x20
#define MAP_FIXED_NOREPLACE 0x100000

/* What SYS_bench_* reach while a benchmark program runs; NULL: they return -ENOSYS. */
struct bench_calls {
	long (*next)(void);
	long (*start)(void);
	long (*stamp)(void);
	long (*value)(uint64_t index, uint64_t value);
};
extern const struct bench_calls *bench_calls;
