/* SPDX-License-Identifier: MIT */
/*
 * Reader-writer lock on which tasks block. Waiters are admitted in FIFO order; consecutive readers
 * are admitted together. A reader that comes after a waiting writer waits too, so no task starves.
 * Holders may block. A task must not take a lock that it holds. The kernel lock (cpu/lock.h) guards
 * the fields.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "sched/wait_queue.h"

struct rwlock {
	int32_t readers;        /* number of readers that hold the lock */
	uint32_t busy;          /* number of waiters, plus 1 while a writer holds the lock */
	uint32_t next, entered; /* tickets: of the next task to wait, and of the first waiter */
	bool written;           /* a writer holds the lock */
	struct wait_queue waiting;
};

/*
 * Called if the lock is held or has waiters: block until the current task can take it, then take
 * it.
 */
void rwlock_read_slowly(struct rwlock *lock);
void rwlock_write_slowly(struct rwlock *lock);

/*
 * rwlock_block() blocks the current task until rwlock_wake() or a signal. A task that has a signal
 * to handle cannot block; it yields instead. Afterwards the caller must test again whether it can
 * take the lock.
 */
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

/*
 * For assertions. rwlock_is_held() returns true if any task holds the lock, rwlock_is_written() if
 * a writer holds it.
 */
static inline bool rwlock_is_held(const struct rwlock *lock)
{
	return lock->readers > 0 || lock->written;
}

static inline bool rwlock_is_written(const struct rwlock *lock)
{
	return lock->written;
}
