/* SPDX-License-Identifier: MIT */
/* futex(): waits for a word of memory to change, and wakes the waiters (man 2 futex). */
#include "lib/errno.h"
#include "mem/heap.h"
#include "mem/paging.h"
#include "process/process.h"
#include "sched/clock.h"
#include "sched/pause.h"
#include "sched/wait.h"
#include "sys/calls.h"
#include "vm/address_space.h"
#include "vm/regions.h"

enum { FUTEX_WAIT = 0, FUTEX_WAKE = 1, FUTEX_WAIT_BITSET = 9, FUTEX_WAKE_BITSET = 10 };
#define FUTEX_COMMAND  0x7f
#define FUTEX_PRIVATE  0x80
#define FUTEX_REALTIME 0x100
#define ANY_BITS       0xffffffffU

/*
 * Identifies a word of memory: by its physical address if the memory is shared, else by address
 * space and virtual address.
 */
struct key {
	uint64_t pml4; /* the address space; 0: the memory is shared */
	uint64_t word; /* physical address if shared, else virtual */
};

struct waiter {
	struct key key;
	uint32_t bits;
	bool woken; /* a wake-up has removed it from the list */
	struct wait_queue queue;
	/*
	 * `next` is the next waiter. `place` is the address of the pointer to this waiter. That
	 * pointer is `waiters`, or `next` of the previous waiter.
	 */
	struct waiter *next, **place;
};

static struct waiter *waiters, **end_of_waiters = &waiters; /* in FIFO order */

static void join(struct waiter *waiter)
{
	waiter->place = end_of_waiters;
	*end_of_waiters = waiter;
	end_of_waiters = &waiter->next;
}

static void leave(struct waiter *waiter)
{
	*waiter->place = waiter->next;
	*(waiter->next ? &waiter->next->place : &end_of_waiters) = waiter->place;
}

/*
 * Stores the word at `address` in *word, and its key in *key. Reads the word first, because this
 * maps its page: the key may need the physical address. Returns 0, -EINVAL or -EFAULT.
 */
static int read_word(uint64_t address, bool private, uint32_t *word, struct key *key)
{
	struct address_space *space = &current_process()->space;
	const struct region *region;

	if (address % sizeof *word)
		return -EINVAL;
	if (copy_from_user(word, address, sizeof *word))
		return -EFAULT;
	region = region_of_range(space, address & ~PAGE_MASK, 1);
	if (!private && region && (region->flags & REGION_SHARED))
		*key = (struct key){ 0, paging_translate(space->pml4, address, NULL) };
	else
		*key = (struct key){ space->pml4, address };
	return 0;
}

/*
 * Wakes, in FIFO order, tasks that wait for the word and have at least one bit of `bits`. Wakes no
 * more than `most` tasks. Returns the number of tasks woken.
 */
static long wake_waiters(struct key key, uint32_t most, uint32_t bits)
{
	long woken = 0;
	unsigned steps = 0;

	for (struct waiter *waiter = waiters, *next; waiter && woken < most; waiter = next) {
		next = waiter->next;
		pause_in_loop(&steps);
		if (waiter->key.pml4 != key.pml4 || waiter->key.word != key.word || !(waiter->bits & bits))
			continue;
		leave(waiter);
		waiter->woken = true;
		wake_all(&waiter->queue);
		woken++;
	}
	return woken;
}

/*
 * Waits for a wake-up until clock_now() reaches `end`, or without limit if `end` is 0. Returns 0,
 * -ENOMEM, -ETIMEDOUT or -EINTR.
 */
static long wait_for_wake(struct key key, uint32_t bits, uint64_t end)
{
	struct waiter *waiter = heap_alloc(sizeof *waiter);
	long error = 0;

	if (!waiter)
		return -ENOMEM;
	*waiter = (struct waiter){ .key = key, .bits = bits };
	join(waiter);
	while (!waiter->woken && !error)
		error = wait_until(&waiter->queue, end);
	if (waiter->woken)
		error = 0;
	else
		leave(waiter);
	heap_free(waiter);
	return error;
}

/*
 * Sets *end to the time of clock_now() at which a wait ends. The struct timespec at the user
 * address `timeout` is a duration. For FUTEX_WAIT_BITSET it is a point in time instead: on the
 * real-time clock if FUTEX_REALTIME is set, else on the monotonic clock. Returns 0, -EFAULT or
 * -EINVAL.
 */
static long time_of_end(uint64_t operation, uint64_t timeout, uint64_t *end)
{
	uint64_t ns, now;
	long error = time_from_user(timeout, &ns);

	if (error)
		return error;
	if ((operation & FUTEX_COMMAND) == FUTEX_WAIT_BITSET) {
		now = operation & FUTEX_REALTIME ? clock_since_1970() : clock_now();
		ns = ns > now ? ns - now : 0;
	}
	*end = clock_now() + ns;
	return 0;
}

long sys_futex(uint64_t address, uint64_t operation, uint64_t value, uint64_t timeout, uint64_t second,
               uint64_t bits)
{
	const uint64_t command = operation & FUTEX_COMMAND;
	const bool waits = command == FUTEX_WAIT || command == FUTEX_WAIT_BITSET;
	struct key key;
	uint64_t end = 0;
	uint32_t word;
	long error;

	(void)second;
	if (!waits && command != FUTEX_WAKE && command != FUTEX_WAKE_BITSET)
		return -ENOSYS;
	if (command == FUTEX_WAIT || command == FUTEX_WAKE)
		bits = ANY_BITS;
	if (!(uint32_t)bits)
		return -EINVAL;
	error = waits && timeout ? time_of_end(operation, timeout, &end) : 0;
	if (!error)
		error = read_word(address, operation & FUTEX_PRIVATE, &word, &key);
	if (error)
		return error;
	if (!waits)
		return wake_waiters(key, (uint32_t)value, (uint32_t)bits);
	if (word != (uint32_t)value)
		return -EAGAIN;
	error = wait_for_wake(key, (uint32_t)bits, end);
	return error == -EINTR && !timeout ? -ERESTARTSYS : error;
}
