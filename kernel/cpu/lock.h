/* SPDX-License-Identifier: MIT */
/*
 * Spin locks, and what guards data that several tasks use.
 *
 * The kernel lock guards everything that does not name another lock. It is implicit so far: the kernel
 * runs on one CPU and is never preempted, so a task that runs in the kernel has all data to itself until
 * it waits or yields. With several CPUs it becomes a struct spinlock that the entry stubs take
 * (cpu/entry.asm) and the switch to another task hands over (sched/sched.c).
 *
 * Interrupts may be on while a task holds the kernel lock. Handlers of interrupts change only this:
 * struct cpu, the counters of cpu/exceptions.c, and what benchmarks and self-tests count. Where a
 * handler may run must be kept short, not correct: sched/pause.h.
 *
 * Comments on static variables say "set at boot" for what is constant once the first task runs.
 */
#pragma once

#include <stdint.h>

struct spinlock {
	uint32_t held;
};

/* Turns interrupts off and takes the lock. Returns the flags for spin_unlock(), which restores them. */
static inline uint64_t spin_lock(struct spinlock *lock)
{
	uint64_t flags;

	__asm__ volatile("pushfq; pop %0; cli" : "=r"(flags) : : "memory");
	while (__atomic_exchange_n(&lock->held, 1, __ATOMIC_ACQUIRE))
		__asm__ volatile("pause");
	return flags;
}

static inline void spin_unlock(struct spinlock *lock, uint64_t flags)
{
	__atomic_store_n(&lock->held, 0, __ATOMIC_RELEASE);
	__asm__ volatile("push %0; popfq" : : "r"(flags) : "memory", "cc");
}
