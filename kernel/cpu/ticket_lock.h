/* SPDX-License-Identifier: MIT */
/*
 * A ticket lock: CPUs get the lock in the order in which they ask for it. All CPUs that wait poll the
 * same cache line, so a release costs each of them a transfer of the line.
 *
 * These locks leave interrupts as they are. If an interrupt handler takes a lock, all its holders must
 * have interrupts off. A field of 32 bits may wrap around, since less than 2^32 CPUs wait.
 */
#pragma once

#include "lib/schedule.h"

#include <stdint.h>

struct ticket_lock {
	uint32_t next;    /* the next ticket */
	uint32_t serving; /* the ticket of the CPU that has the lock, or gets it next */
};

/* Takes the lock. Returns how often it polled: 0 if the lock was free. */
static inline uint64_t ticket_take(struct ticket_lock *lock)
{
	uint32_t ticket;
	uint64_t polls = 0;

	schedule_point(SCHEDULE_LOCK);
	ticket = __atomic_fetch_add(&lock->next, 1, __ATOMIC_RELAXED);
	for (; __atomic_load_n(&lock->serving, __ATOMIC_ACQUIRE) != ticket; polls++)
		__asm__ volatile("pause");
	schedule_point(SCHEDULE_LOCKED);
	return polls;
}

static inline void ticket_release(struct ticket_lock *lock)
{
	schedule_point(SCHEDULE_UNLOCK);
	__atomic_store_n(&lock->serving, lock->serving + 1, __ATOMIC_RELEASE);
	schedule_point(SCHEDULE_UNLOCKED);
}
