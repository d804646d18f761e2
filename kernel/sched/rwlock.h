/* SPDX-License-Identifier: MIT */
/*
 * Reader-writer lock on which tasks block. Who has to wait is let in in the order of coming, neighbouring readers together, so no one
 * starves: a reader that comes after a waiting writer waits too. For one CPU and a kernel that is not preempted: holders may
 * block, nothing else changes the lock between two instructions. A task that holds it must not ask for it again.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "sched/wait_queue.h"

struct rwlock {
	int32_t readers;        /* that hold it */
	uint32_t busy;          /* the writer that holds it, and all who wait */
	uint32_t next, entered; /* tickets: of the next one to wait, and of the first who does */
	bool written;           /* a writer holds it */
	struct wait_queue waiting;
};

/* rwlock.c: taking it when there are others. */
void rwlock_read_slowly(struct rwlock *lock);
void rwlock_write_slowly(struct rwlock *lock);

/* sched/wait.c: blocks the current task until the other function is called; not until a signal. */
void rwlock_block(struct wait_queue *queue);
void rwlock_wake(struct wait_queue *queue);

static inline void rwlock_read(struct rwlock *lock)
{
	if (lock->busy)
		rwlock_read_slowly(lock);
	else
		lock->readers++;
}

static inline void rwlock_end_read(struct rwlock *lock)
{
	if (!--lock->readers && lock->busy)
		rwlock_wake(&lock->waiting);
}

static inline void rwlock_write(struct rwlock *lock)
{
	if (lock->readers || lock->busy) {
		rwlock_write_slowly(lock);
	} else {
		lock->busy = 1;
		lock->written = true;
	}
}

static inline void rwlock_end_write(struct rwlock *lock)
{
	lock->written = false;
	if (--lock->busy)
		rwlock_wake(&lock->waiting);
}

/* For assertions: whether someone holds it; as a writer. */
static inline bool rwlock_is_held(const struct rwlock *lock)
{
	return lock->readers > 0 || lock->written;
}

static inline bool rwlock_is_written(const struct rwlock *lock)
{
	return lock->written;
}
