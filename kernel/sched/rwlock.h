/* SPDX-License-Identifier: MIT */
/*
 * Reader-writer lock on which tasks block. Waiters are admitted in FIFO order, neighbouring readers
 * together, so none starves: a reader that comes after a waiting writer waits too. Holders may block. A
 * task must not take a lock that it holds. The fields are guarded by the kernel lock (cpu/lock.h).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "sched/wait_queue.h"

struct rwlock {
	int32_t readers;        /* readers that hold it */
	uint32_t busy;          /* the writer that holds it, plus all waiters */
	uint32_t next, entered; /* tickets: of the next waiter to come, and of the first that waits */
	bool written;           /* a writer holds it */
	struct wait_queue waiting;
};

/* Take a lock that is held, or for which others wait. */
void rwlock_read_slowly(struct rwlock *lock);
void rwlock_write_slowly(struct rwlock *lock);

/* Block the current task until rwlock_wake(), whatever signals come. */
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

/* For assertions: return true if a task holds the lock, or holds it as a writer. */
static inline bool rwlock_is_held(const struct rwlock *lock)
{
	return lock->readers > 0 || lock->written;
}

static inline bool rwlock_is_written(const struct rwlock *lock)
{
	return lock->written;
}
