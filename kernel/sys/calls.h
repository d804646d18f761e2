/* SPDX-License-Identifier: MIT */
/*
 * The functions of the system calls, which cpu/entry.asm calls through the table of sys/syscall.c.
 * Each takes up to six numbers, in the registers of the C ABI. Numbers, structures and errors are
 * Linux's (man 2); differences are noted at each definition. User addresses are untrusted: the copy
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
 * files.c: opens /dev/fd/N, /dev/stdin, /dev/stdout or /dev/stderr for open(), by duplicating the
 * descriptor that the path names. Returns the new descriptor, an error of dup(), -ENOENT if N is no
 * descriptor number, or -ENODEV for any other path.
 */
long open_descriptor(const char *path, bool close_on_exec);

/*
 * locks.c: the commands of fcntl() that concern locks. fcntl_locks() returns true for these
 * commands; fcntl_lock() executes them and returns the result of fcntl(). `address` is the user
 * address of a struct flock.
 */
struct file;
bool fcntl_locks(uint64_t command);
long fcntl_lock(struct file *file, uint64_t command, uint64_t address);

/* time.c: reads a program's struct timespec as nanoseconds. Returns 0, -EFAULT or -EINVAL. */
long time_from_user(uint64_t address, uint64_t *ns);

/* groups.c: returns true if `session` (0: any session) has a process group with this number. */
bool group_exists(int group, int session);
