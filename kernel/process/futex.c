/* SPDX-License-Identifier: MIT */
#include "process/futex.h"

#include "lib/errno.h"
#include "mem/paging.h"
#include "process/process.h"
#include "sched/pause.h"
#include "sched/wait.h"
#include "vm/address_space.h"
#include "vm/regions.h"

#define ROBUST_PI 1UL /* bit 0 of the address of an entry: its futex is a PI futex */

/* In FIFO order. Guarded by the kernel lock (cpu/lock.h). */
static struct waiter *waiters, **end_of_waiters = &waiters;

static void join(struct waiter *waiter)
{
	waiter->next = NULL;
	waiter->place = end_of_waiters;
	*end_of_waiters = waiter;
	end_of_waiters = &waiter->next;
}

static void leave(struct waiter *waiter)
{
	*waiter->place = waiter->next;
	*(waiter->next ? &waiter->next->place : &end_of_waiters) = waiter->place;
}

static bool waits_for(const struct waiter *waiter, const struct futex *futex)
{
	return waiter->futex.pml4 == futex->pml4 && waiter->futex.word == futex->word;
}

/* Reads the word first, because this maps its page: `futex` may need the physical address. */
int futex_read(uint64_t address, bool private, uint32_t *value, struct futex *futex)
{
	struct address_space *space = &current_process()->space;
	const struct region *region;

	if (address % sizeof *value)
		return -EINVAL;
	if (copy_from_user(value, address, sizeof *value))
		return -EFAULT;
	region = region_of_range(space, address & ~PAGE_MASK, 1);
	if (!private && region && (region->flags & REGION_SHARED))
		*futex = (struct futex){ 0, paging_translate(space->pml4, address, NULL) };
	else
		*futex = (struct futex){ space->pml4, address };
	return 0;
}

long futex_wake(const struct futex *futex, uint32_t most, uint32_t bits)
{
	long woken = 0;
	unsigned steps = 0;

	for (struct waiter *waiter = waiters, *next; waiter && woken < most; waiter = next) {
		next = waiter->next;
		pause_in_loop(&steps);
		if (!waits_for(waiter, futex) || !(waiter->bits & bits))
			continue;
		leave(waiter);
		waiter->woken = true;
		wake_all(&waiter->queue);
		woken++;
	}
	return woken;
}

/* Moves the waiters to the end of the list, so that they come after those that already wait for `to`. */
long futex_requeue(const struct futex *from, const struct futex *to, uint32_t most)
{
	struct waiter **const end = end_of_waiters;
	long moved = 0;
	unsigned steps = 0;

	if (from->pml4 == to->pml4 && from->word == to->word)
		return 0;
	for (struct waiter *waiter = waiters, *next; waiter && moved < most; waiter = next) {
		const bool is_last = end == &waiter->next;

		next = is_last ? NULL : waiter->next;
		pause_in_loop(&steps);
		if (!waits_for(waiter, from))
			continue;
		leave(waiter);
		waiter->futex = *to;
		join(waiter);
		moved++;
	}
	return moved;
}

long futex_wait(const struct futex *futex, uint32_t bits, uint64_t end)
{
	struct waiter *waiter = &current_thread()->waiter;
	long error = 0;

	*waiter = (struct waiter){ .futex = *futex, .bits = bits };
	join(waiter);
	while (!waiter->woken && !error)
		error = wait_until(&waiter->queue, end);
	if (waiter->woken)
		error = 0;
	else
		leave(waiter);
	return error;
}

void futex_wake_address(uint64_t address, uint32_t most)
{
	struct futex futex;
	uint32_t value;

	if (!futex_read(address, false, &value, &futex))
		futex_wake(&futex, most, FUTEX_ANY_BITS);
}

/*
 * Marks the futex of a robust list's entry, at the user address `address`, if the thread owns it.
 * `being_listed`: the thread may have ended before it wrote its ID, so a waiter may have to look at
 * a word that is 0. Returns false if the word cannot be accessed.
 */
static bool release(const struct thread *thread, uint64_t address, bool pi, bool being_listed)
{
	uint32_t value;

	if (address % sizeof value || copy_from_user(&value, address, sizeof value))
		return false;
	if (being_listed && !pi && !value) {
		futex_wake_address(address, 1);
		return true;
	}
	if ((value & FUTEX_TID_MASK) != (uint32_t)thread->tid)
		return true;
	value = (value & FUTEX_WAITERS) | FUTEX_OWNER_DIED;
	if (copy_to_user(address, &value, sizeof value))
		return false;
	if (!pi && (value & FUTEX_WAITERS))
		futex_wake_address(address, 1);
	return true;
}

void futex_release_robust(struct thread *thread)
{
	const uint64_t list = thread->robust_list;
	struct robust_list_head head;
	uint64_t next;

	thread->robust_list = 0;
	if (!list || copy_from_user(&head, list, sizeof head))
		return;
	next = head.first;
	for (unsigned i = 0; (next & ~ROBUST_PI) != list && i < ROBUST_MAX; i++) {
		const uint64_t entry = next & ~ROBUST_PI;
		const bool pi = next & ROBUST_PI;

		/* The entry may no longer be mapped once its futex is released. */
		if (copy_from_user(&next, entry, sizeof next))
			return;
		if (entry != (head.listed & ~ROBUST_PI) &&
		    !release(thread, entry + (uint64_t)head.offset, pi, false))
			return;
	}
	if (head.listed)
		release(thread, (head.listed & ~ROBUST_PI) + (uint64_t)head.offset, head.listed & ROBUST_PI,
		        true);
}
