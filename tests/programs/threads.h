/* SPDX-License-Identifier: MIT */
/* Threads for the programs that test them: clone() without a C library, and futexes. */
#pragma once

#include "tests/programs/jobs.h"

#define CLONE_VM             0x100
#define CLONE_FS             0x200
#define CLONE_FILES          0x400
#define CLONE_SIGHAND        0x800
#define CLONE_THREAD         0x10000
#define CLONE_SYSVSEM        0x40000
#define CLONE_SETTLS         0x80000
#define CLONE_PARENT_SETTID  0x100000
#define CLONE_CHILD_CLEARTID 0x200000
#define CLONE_CHILD_SETTID   0x1000000
#define NEEDED               (CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD)
#define USUAL                (NEEDED | CLONE_SYSVSEM | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID)

enum { WAIT = 0, WAKE = 1, REQUEUE = 3, CMP_REQUEUE = 4, LOCK_PI = 6, WAIT_BITSET = 9, WAKE_BITSET = 10 };
#define PRIVATE    128

#define STACK_SIZE 8192

struct worker {
	volatile int tid, cleared; /* `cleared` is the thread's ID until it ends */
	uint64_t argument;
	char *stack;
};

/*
 * clone() with a stack, on which the thread calls function(worker) and exits. Returns what clone()
 * returns to the caller.
 */
static inline long clone_thread(uint64_t flags, char *stack, uint64_t parent_tid, uint64_t child_tid,
                                uint64_t tls, void (*function)(struct worker *), struct worker *worker)
{
	register uint64_t r10 __asm__("r10") = child_tid, r8 __asm__("r8") = tls;
	uint64_t *top = (uint64_t *)(stack + STACK_SIZE) - 2;
	long result;

	if (stack) {
		top[0] = (uintptr_t)function;
		top[1] = (uintptr_t)worker;
	}
	__asm__ volatile("syscall\n\t"
	                 "test %%rax, %%rax\n\t"
	                 "jnz 1f\n\t"
	                 "pop %%rax\n\t"
	                 "pop %%rdi\n\t"
	                 "call *%%rax\n\t"
	                 "mov $60, %%eax\n\t"
	                 "xor %%edi, %%edi\n\t"
	                 "syscall\n"
	                 "1:"
	                 : "=a"(result)
	                 : "a"((long)SYS_clone), "D"(flags), "S"(stack ? top : 0), "d"(parent_tid), "r"(r10),
	                   "r"(r8)
	                 : "rcx", "r11", "memory");
	return result;
}

static inline char *map_pages(size_t pages)
{
	return (char *)call6(SYS_mmap, 0, pages * PAGE_SIZE, PROT_READ | PROT_WRITE,
	                     MAP_PRIVATE | MAP_ANONYMOUS, ~0UL, 0);
}

/* Starts a thread. Returns its ID or a negative error number. */
static inline long start(struct worker *worker, void (*function)(struct worker *), uint64_t argument)
{
	long result;

	if (!worker->stack)
		worker->stack = map_pages(STACK_SIZE / PAGE_SIZE);
	worker->argument = argument;
	worker->cleared = -1;
	result = clone_thread(USUAL | CLONE_CHILD_SETTID, worker->stack, (uintptr_t)&worker->tid,
	                      (uintptr_t)&worker->cleared, 0, function, worker);
	return result;
}

static inline long futex(volatile int *word, int operation, uint64_t value, uint64_t timeout,
                         volatile int *second, uint64_t third)
{
	return call6(SYS_futex, (uintptr_t)word, (uint64_t)operation, value, timeout, (uintptr_t)second,
	             third);
}

/* Waits until a thread has ended, as pthread_join() does. */
static inline void join(struct worker *worker)
{
	int tid;

	while ((tid = worker->cleared))
		futex(&worker->cleared, WAIT, (uint32_t)tid, 0, 0, 0);
}

static inline long tid_of_self(void)
{
	return call(SYS_gettid, 0, 0, 0);
}

static int pipe_ends[2];

static inline void reads_pipe(struct worker *worker)
{
	char byte;

	call(SYS_read, (uint64_t)pipe_ends[0], (uintptr_t)&byte, 1);
	worker->argument = 0;
}

static inline void nothing(struct worker *worker)
{
	(void)worker;
}
