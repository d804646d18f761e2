/* SPDX-License-Identifier: MIT */
/* Helpers for programs that check the kernel. A failed CHECK() makes the function that contains it
 * return the line number of the check. A function whose checks all hold returns 0. */
#pragma once

#include "bench/programs/user.h"

#define CHECK(condition)                 \
	do {                             \
		if (!(condition))        \
			return __LINE__; \
	} while (0)

/* A group of checks: its name, which is the program's first argument, and its function. */
struct kind {
	const char *name;
	int (*run)(void);
};

/* Runs the kind called `name`. Returns the exit status for main(): 0 if no check failed, or 2 if
 * there is no such kind. If a check failed, the status is its line number modulo 256, or 1 if that
 * is 0. */
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

/* Waits for a child. Returns its status as wait4() reports it, or -1 if there is no such child. */
static inline int status_of(long pid)
{
	int status = -1;

	return call(SYS_wait4, (uint64_t)pid, (uintptr_t)&status, 0) == pid ? status : -1;
}

/* Ends the program with exit status `status`. */
_Noreturn static inline void leave(int status)
{
	for (;;)
		call(SYS_exit, (uint64_t)status, 0, 0);
}
