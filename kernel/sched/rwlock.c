/* SPDX-License-Identifier: MIT */
#include "sched/rwlock.h"

void rwlock_read_slowly(struct rwlock *lock)
{
	const uint32_t ticket = lock->next++;

	lock->busy++;
	while (lock->entered != ticket || lock->written)
		rwlock_block(&lock->waiting);
	lock->entered++;
	lock->busy--;
	lock->readers++;
	if (lock->busy) /* the next waiter may be a reader, which can enter too */
		rwlock_wake(&lock->waiting);
}

void rwlock_write_slowly(struct rwlock *lock)
{
	const uint32_t ticket = lock->next++;

	lock->busy++;
	while (lock->entered != ticket || lock->written || lock->readers)
		rwlock_block(&lock->waiting);
	lock->entered++;
	lock->written = true;
}
