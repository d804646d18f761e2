/* SPDX-License-Identifier: MIT */
/* For programs that check what the kernel promises: main() returns 0, or the number of the check that failed. */
#pragma once

#include "bench/programs/user.h"

#define CHECK(condition)                 \
	do {                             \
		if (!(condition))        \
			return __LINE__; \
	} while (0)

/* What a program can be asked to check: its first argument, and the function for it. */
struct kind {
	const char *name;
	int (*run)(void);
};

/* What main() returns: the number of the check that failed, modulo 256 but never 0; 0: none did; 2: there is no such kind. */
static inline int run_kind(const char *name, const struct kind *kinds, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (equal(name, kinds[i].name)) {
			const int line = kinds[i].run();

			if (line)
				print(name), print(" failed\n");
			return line & 0xff ? line & 0xff : line != 0;
		}
	return 2;
}

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
