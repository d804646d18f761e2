/* SPDX-License-Identifier: MIT */
/* Spin lock that keeps interrupts off while it is held. */
#pragma once

#include <stdint.h>

struct spinlock {
	uint32_t held;
};

/* Takes the lock; returns the flags that spin_unlock() wants. */
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
