/* SPDX-License-Identifier: MIT */
/* Functions for the programs that test signals. */
#pragma once

#include "bench/programs/check.h"
#include "process/signal.h"

#define EINTR  4
#define ECHILD 10
#define EPIPE  32

/* Indices of words in a handler's third argument (struct ucontext). */
enum {
	UC_FLAGS,
	UC_STACK = 2,
	UC_R8 = 5,
	UC_RDI = 13,
	UC_RSP = 20,
	UC_RIP,
	UC_RFLAGS,
	UC_SELECTORS,
	UC_ERROR,
	UC_FPU = 28,
	UC_MASK = 37
};

typedef void handler(int signal, const int *info, uint64_t *context);

static volatile int *volatile nowhere __attribute__((unused)) = (volatile int *)8;
static volatile uint64_t seen[64];
static volatile uint64_t last_code, last_pid, last_status, last_address;

__asm__("restore:\n\tmov $15, %eax\n\tsyscall\n\tud2\n");
extern char restore[];

static inline long on(int signal, handler *function, uint64_t flags, uint64_t mask)
{
	const struct signal_action action = { (uintptr_t)function, flags | SA_RESTORER, (uintptr_t)restore,
		                              mask };

	return call6(SYS_rt_sigaction, (uint64_t)signal, (uintptr_t)&action, 0, 8, 0, 0);
}

static inline long block(int how, uint64_t mask)
{
	return call6(SYS_rt_sigprocmask, (uint64_t)how, (uintptr_t)&mask, 0, 8, 0, 0);
}

static inline uint64_t blocked(void)
{
	uint64_t mask = 0;

	call6(SYS_rt_sigprocmask, 0, 0, (uintptr_t)&mask, 8, 0, 0);
	return mask;
}

static inline long raise(int signal)
{
	return call(SYS_kill, (uint64_t)call(SYS_getpid, 0, 0, 0), (uint64_t)signal, 0);
}

static inline void sleep_ms(uint64_t ms)
{
	const uint64_t time[2] = { ms / 1000, ms % 1000 * 1000000 };

	call(SYS_nanosleep, (uintptr_t)time, 0, 0);
}

static inline void note(int signal, const int *info, uint64_t *context)
{
	(void)context;
	seen[signal]++;
	last_code = (uint64_t)(int64_t)info[2];
	last_pid = (uint64_t)info[4];
	last_status = (uint64_t)info[6];
	last_address = *(const uint64_t *)(info + 4);
}

/* Starts a child that calls the function. Returns 1 if it ends with this wait status. */
static inline int child_ends(void (*function)(void), int status)
{
	long pid = fork();

	if (pid == 0) {
		function();
		leave(99);
	}
	return status_of(pid) == status;
}
