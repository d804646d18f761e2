/* SPDX-License-Identifier: MIT */
/* For programs that check what the kernel promises: main() returns 0, or the number of the check that failed. */
#pragma once

#include "bench/programs/user.h"

#define CHECK(condition)                 \
	do {                             \
		if (!(condition))        \
			return __LINE__; \
	} while (0)

static inline long fork(void)
{
	return call(SYS_fork, 0, 0, 0);
}

static inline void yield(void)
{
	call(SYS_sched_yield, 0, 0, 0);
}

/* Waits for a child: its status as wait4() gives it; -1: there is no such child. */
static inline int status_of(long pid)
{
	int status = -1;

	return call(SYS_wait4, (uint64_t)pid, (uintptr_t)&status, 0) == pid ? status : -1;
}

/* Ends a child with `status`. */
_Noreturn static inline void leave(int status)
{
	for (;;)
		call(SYS_exit, (uint64_t)status, 0, 0);
}
