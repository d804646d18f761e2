/* SPDX-License-Identifier: MIT */
/*
 * A queue lock of Craig, Landin and Hagersten: CPUs get the lock in the order in which they ask for it,
 * and each polls a cache line that only the CPU before it writes. So a release costs one transfer of a
 * line, however many CPUs wait. Interrupts: see ticket_lock.h.
 */
#pragma once

#include "cpu/cpus.h"
#include "lib/schedule.h"

/* A place in the queue. */
struct clh_node {
	uint32_t held; /* the CPU that entered the queue with this node waits for the lock, or has it */
} __attribute__((aligned(CACHE_LINE)));

/* clh_init() must be called first, with a node that nothing else uses. */
struct clh_lock {
	struct clh_node *last;
} __attribute__((aligned(CACHE_LINE)));

/* What a CPU needs for a lock. `mine` must be a node of its own before the first use. A CPU that
 * releases the lock keeps the node of the CPU before it, so nodes wander among the CPUs. */
struct clh_place {
	struct clh_node *mine, *before;
} __attribute__((aligned(CACHE_LINE)));

static inline void clh_init(struct clh_lock *lock, struct clh_node *node)
{
	node->held = false;
	lock->last = node;
}

/* Takes the lock. Returns how often it polled: 0 if the lock was free. */
static inline uint64_t clh_take(struct clh_lock *lock, struct clh_place *place)
{
	uint64_t polls = 0;

	schedule_point(SCHEDULE_LOCK);
	place->mine->held = true;
	place->before = __atomic_exchange_n(&lock->last, place->mine, __ATOMIC_ACQ_REL);
	for (; __atomic_load_n(&place->before->held, __ATOMIC_ACQUIRE); polls++)
		__asm__ volatile("pause");
	schedule_point(SCHEDULE_LOCKED);
	return polls;
}

static inline void clh_release(struct clh_place *place)
{
	struct clh_node *mine = place->mine;

	schedule_point(SCHEDULE_UNLOCK);
	place->mine = place->before;
	__atomic_store_n(&mine->held, false, __ATOMIC_RELEASE);
	schedule_point(SCHEDULE_UNLOCKED);
}
