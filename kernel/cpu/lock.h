/* SPDX-License-Identifier: MIT */
/*
 * Spin locks, and the locking rules for data that several tasks use.
 *
 * The kernel lock protects all data whose comment names no other lock. It is implicit so far: tasks
 * run on the boot CPU only, and are never preempted in the kernel, so no other task changes the data
 * until the current task waits or yields. Other CPUs do not touch the data (cpu/cpus.h). If tasks
 * ran on several CPUs, the kernel lock would become a struct spinlock, taken by the entry stubs
 * (cpu/entry.asm) and passed on by the switch to another task (sched/sched.c).
 *
 * Interrupts may be on while a task holds the kernel lock. Interrupt handlers change only struct
 * cpu, the counters of cpu/exceptions.c, and the counts of benchmarks and self-tests. So no other
 * data needs interrupts to be off. Long work in the kernel handles pending interrupts now and then,
 * to bound their latency (sched/pause.h).
 *
 * Static variables whose comment says "set at boot" are constant once the first program runs.
 */
#pragma once

#include <stdint.h>

#include "lib/schedule.h"

struct spinlock {
	uint32_t held;
};

/* Disables interrupts and takes the lock. Returns the flags that spin_unlock() restores. */
static inline uint64_t spin_lock(struct spinlock *lock)
{
	uint64_t flags;

	__asm__ volatile("pushfq; pop %0; cli" : "=r"(flags) : : "memory");
	schedule_point(SCHEDULE_LOCK);
	while (__atomic_exchange_n(&lock->held, 1, __ATOMIC_ACQUIRE))
		__asm__ volatile("pause");
	schedule_point(SCHEDULE_LOCKED);
	return flags;
}

static inline void spin_unlock(struct spinlock *lock, uint64_t flags)
{
	schedule_point(SCHEDULE_UNLOCK);
	__atomic_store_n(&lock->held, 0, __ATOMIC_RELEASE);
	schedule_point(SCHEDULE_UNLOCKED);
	__asm__ volatile("push %0; popfq" : : "r"(flags) : "memory", "cc");
}
