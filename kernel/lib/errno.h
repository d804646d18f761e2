/* SPDX-License-Identifier: MIT */
/* Linux's error numbers (include/uapi/asm-generic/errno-base.h), as system calls return them. */
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
#define E2BIG        7
#define ENOEXEC      8
#define EBADF        9
#define ECHILD       10
#define EAGAIN       11
#define ENOMEM       12
#define EFAULT       14
#define EEXIST       17
#define EINVAL       22
#define ENAMETOOLONG 36
#define ENOSYS       38
#endif
