/* SPDX-License-Identifier: MIT */
/* System calls: Linux x86-64 numbers where Linux has the call, numbers from 500 on where not. */
#pragma once

#include <stdint.h>

#define SYS_read        0
#define SYS_write       1
#define SYS_sched_yield 24
#define SYS_getpid      39
#define SYS_execve      59
#define SYS_exit        60
#define SYS_wait4       61
#define SYS_kill        62
#define SYS_getppid     110
#define SYS_exit_group  231
#define SYS_spawn       500 /* (name, argv): process ID of a new task, which runs at once */
#define SYS_bench_next  501 /* for benchmark programs: bench/guest/user.c */
#define SYS_bench_start 502
#define SYS_bench_stamp 503
#define SYS_bench_value 504
#define SYSCALL_COUNT   512

/* What SYS_bench_* reach while a benchmark program runs; NULL: they return -ENOSYS. */
struct bench_calls {
	long (*next)(void);
	long (*start)(void);
	long (*stamp)(void);
	long (*value)(uint64_t index, uint64_t value);
};
extern const struct bench_calls *bench_calls;
