/* SPDX-License-Identifier: MIT */
/* Functions for the programs that test how children are stopped, terminated and signalled. */
#pragma once

#include "bench/programs/check.h"

#include "lib/errno.h"
#include "process/signal.h"

#define SA_SIGINFO         4
#define NO_HANG            1
#define UNTRACED           2
#define EXITED             4
#define CONTINUED          8
#define KEEP               0x1000000
#define STOPPED_BY(signal) ((signal) << 8 | 0x7f)

typedef void handler(int signal, const int *info, void *context);

__asm__("restore:\n\tmov $15, %eax\n\tsyscall\n\tud2\n");
extern char restore[];

static volatile int seen[65], last_code, last_status;
static struct {
	volatile uint64_t count;
	volatile long value;
} * shared; /* share() makes this memory; the children share it */

static inline void note(int signal, const int *info, void *context)
{
	(void)context;
	seen[signal]++;
	last_code = info[2];
	last_status = info[6];
}

static inline void on(int signal, handler *function, uint64_t flags)
{
	const struct signal_action action = { (uintptr_t)function, flags | SA_SIGINFO | SA_RESTORER,
		                              (uintptr_t)restore, 0 };

	call6(SYS_rt_sigaction, (uint64_t)signal, (uintptr_t)&action, 0, 8, 0, 0);
}

static inline long block(int how, uint64_t mask)
{
	return call6(SYS_rt_sigprocmask, (uint64_t)how, (uintptr_t)&mask, 0, 8, 0, 0);
}

static inline long send(long pid, int signal)
{
	return call(SYS_kill, (uint64_t)pid, (uint64_t)signal, 0);
}

static inline long self(void)
{
	return call(SYS_getpid, 0, 0, 0);
}

/*
 * Calls wait4() for a child with these options. Returns the child's wait status, -1 if there is no
 * such child, or, with NO_HANG, -2 if wait4() has nothing to report.
 */
static inline int status_with(long pid, uint64_t options)
{
	int status = -1;
	long result = call(SYS_wait4, (uint64_t)pid, (uintptr_t)&status, options);

	return result == pid ? status : result == 0 ? -2 : -1;
}

static inline void pass(unsigned ms)
{
	const uint64_t time[2] = { 0, ms * 1000000UL };

	call(SYS_nanosleep, (uintptr_t)time, 0, 0);
}

/*
 * Starts a child that calls the function in a process group of its own. The group is not orphaned,
 * so its members can be stopped. Returns the child's process ID.
 */
static inline long child_that(void (*function)(void))
{
	long pid = fork();

	if (pid == 0) {
		call(SYS_setpgid, 0, 0, 0);
		function();
		leave(0);
	}
	return pid;
}

static inline void counts(void)
{
	for (;; shared->count++)
		yield();
}

static inline void share(void)
{
	shared = (void *)call6(SYS_mmap, 0, PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
	                       ~0UL, 0);
}
