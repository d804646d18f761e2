/* SPDX-License-Identifier: MIT */
/*
 * Linux's error numbers (include/uapi/asm-generic/errno-base.h, errno.h), as system calls return
 * them.
 */
#pragma once

#ifdef __STDC_HOSTED__
#if __STDC_HOSTED__
#include <errno.h>
#define PALIMPSEST_HOSTED_ERRNO
#endif
#endif

#ifndef PALIMPSEST_HOSTED_ERRNO
#define EPERM        1
#define ENOENT       2
#define ESRCH        3
#define EINTR        4
#define EIO          5
#define ENXIO        6
#define E2BIG        7
#define ENOEXEC      8
#define EBADF        9
#define ECHILD       10
#define EAGAIN       11
#define ENOMEM       12
#define EACCES       13
#define EFAULT       14
#define EBUSY        16
#define EEXIST       17
#define ENODEV       19
#define ENOTDIR      20
#define EISDIR       21
#define EINVAL       22
#define EMFILE       24
#define ENOTTY       25
#define EFBIG        27
#define ENOSPC       28
#define ESPIPE       29
#define EROFS        30
#define EPIPE        32
#define ERANGE       34
#define EDEADLK      35
#define ENAMETOOLONG 36
#define ENOLCK       37
#define ENOSYS       38
#define ENOTEMPTY    39
#define ELOOP        40
#define ENODATA      61
#define EOVERFLOW    75
#define ETIMEDOUT    110
#endif

/*
 * Results of a system call that a signal has interrupted, with Linux's numbers. Programs never see
 * them: either the kernel restarts the call, or the call returns EINTR.
 */
#define ERESTARTSYS           512 /* restart if no handler ran, or if the handler has SA_RESTART */
#define ERESTARTNOHAND        514 /* restart only if no handler ran */
#define ERESTART_RESTARTBLOCK 516 /* if no handler ran, continue by restart_syscall() */
