/* SPDX-License-Identifier: MIT */
/*
 * The functions of the system calls, which cpu/entry.asm calls through the table of sys/syscall.c
 * with up to six numbers in the registers of the C ABI. Numbers, structures and errors are Linux's
 * (man 2); differences are noted at each definition. User addresses are untrusted: the copy
 * functions validate them.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define CALL(number, name, parameters) long sys_##name parameters;
#define SAME(number, name, other)
#define ABSENT(number, name)
#include "sys/calls.def"
#undef CALL
#undef SAME
#undef ABSENT

/*
 * files.c: for open(). Opens what /dev/fd/N, /dev/stdin, /dev/stdout or /dev/stderr names, by
 * duplicating that descriptor. Returns a descriptor, an error of dup(), or -ENODEV if it is another
 * path.
 */
long open_descriptor(const char *path, bool close_on_exec);

/*
 * locks.c: for fcntl(). fcntl_lock() carries out the commands for which fcntl_locks() returns true.
 */
struct file;
bool fcntl_locks(uint64_t command);
long fcntl_lock(struct file *file, uint64_t command, uint64_t address);

/* time.c: reads a program's struct timespec as nanoseconds. Returns 0, -EFAULT or -EINVAL. */
long time_from_user(uint64_t address, uint64_t *ns);

/* groups.c: returns true if the session (0: any) has a process group with this number. */
bool group_exists(int group, int session);
