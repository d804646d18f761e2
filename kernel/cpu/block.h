/* SPDX-License-Identifier: MIT */
/*
 * Blocking: a CPU other than the boot CPU (cpu/cpus.h) halts until another CPU wakes it.
 *
 * A CPU that has to wait for a condition looks at it with a lock held, and blocks with the same lock.
 * cpu_block() releases the lock itself, and the CPU counts as blocked before it does. So a CPU that
 * makes the condition true with the lock held either comes before the look, or finds the other CPU
 * blocked and wakes it. If a caller released the lock first and blocked then, the wake-up could come
 * in between, and the CPU would sleep with the condition true (bench/claims/35-*).
 */
#pragma once

#include "cpu/apic.h"
#include "cpu/cpus.h"
#include "cpu/lock.h"

/* A CPU that may block. In a cache line of its own, since two CPUs use it. */
struct cpu_waiter {
	struct other_cpu *cpu;     /* set before the first use */
	volatile uint32_t blocked; /* changed only with the lock held */
} __attribute__((aligned(CACHE_LINE)));

/* Halts until `blocked` is false. Interrupts must be off, and are off again after it. */
static inline void cpu_sleep(const struct cpu_waiter *waiter)
{
	/* Interrupts are off from the look at `blocked` to HLT, so that no IPI is lost. */
	while (waiter->blocked) {
		schedule_point(SCHEDULE_SLEEP);
		__asm__ volatile("sti; hlt; cli" : : : "memory");
	}
}

/*
 * Called by the CPU of `waiter`, with `lock` held: releases the lock, blocks until cpu_unblock(), and
 * takes the lock again. The flags that spin_lock() returned before remain valid for spin_unlock().
 */
static inline void cpu_block(struct cpu_waiter *waiter, struct spinlock *lock)
{
	waiter->blocked = true;
	__atomic_store_n(&lock->held, 0, __ATOMIC_RELEASE);
	schedule_point(SCHEDULE_RELEASED);
	cpu_sleep(waiter);
	spin_lock(lock);
}

/* Wakes the CPU of `waiter`, if it is blocked. The lock of its cpu_block() must be held. */
static inline void cpu_unblock(struct cpu_waiter *waiter)
{
	if (!waiter->blocked)
		return;
	waiter->blocked = false;
	schedule_point(SCHEDULE_IPI);
	lapic_send(waiter->cpu->apic_id, VECTOR_WAKE);
}
