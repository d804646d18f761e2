/* SPDX-License-Identifier: MIT */
/*
 * Futexes: tasks wait for a word of user memory to change (man 2 futex). A waiter is found by the
 * word's physical address if its memory is shared, else by its address space and virtual address.
 *
 * A wait compares the word and joins the waiters without a switch to another task in between, as the
 * kernel is never preempted. So no wake-up is lost.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "sched/wait_queue.h"

struct thread;

#define FUTEX_ANY_BITS   0xffffffffU

/* The word of a robust futex or a PI futex (uapi/linux/futex.h). */
#define FUTEX_WAITERS    0x80000000U
#define FUTEX_OWNER_DIED 0x40000000U
#define FUTEX_TID_MASK   0x3fffffffU

/* Linux's struct robust_list_head, as programs pass it to set_robust_list(). */
struct robust_list_head {
	uint64_t first;  /* the next entry, or the address of the head itself */
	int64_t offset;  /* from an entry to its futex */
	uint64_t listed; /* an entry that is being added or removed, or 0 */
};

/* A word of memory. */
struct futex {
	uint64_t pml4; /* the address space; 0: the memory is shared */
	uint64_t word; /* physical address if shared, else virtual */
};

/*
 * A thread that waits. It is in struct thread, and not on the stack of the waiting task, because with
 * some values of STACK the kernel stacks of other tasks are not mapped.
 */
struct waiter {
	struct futex futex;
	uint32_t bits;
	bool woken; /* a wake-up has removed it from the list */
	struct wait_queue queue;
	/*
	 * `next` is the next waiter. `place` is the address of the pointer to this waiter. That
	 * pointer is `waiters` (futex.c), or `next` of the previous waiter.
	 */
	struct waiter *next, **place;
};

/*
 * Stores the word at the user address `address` in *value, and says in *futex which word it is. If
 * `private` is true, the word is in no shared memory. Returns 0, -EINVAL or -EFAULT.
 */
int futex_read(uint64_t address, bool private, uint32_t *value, struct futex *futex);

/*
 * Waits for a wake-up with at least one bit of `bits`, until clock_now() reaches `end`, or without
 * limit if `end` is 0. Returns 0, -ETIMEDOUT or -EINTR.
 */
long futex_wait(const struct futex *futex, uint32_t bits, uint64_t end);

/*
 * Wakes, in FIFO order, tasks that wait for the word and have at least one bit of `bits`. Wakes no
 * more than `most` tasks. Returns the number of tasks woken.
 */
long futex_wake(const struct futex *futex, uint32_t most, uint32_t bits);

/* Makes at most `most` tasks that wait for `from` wait for `to` instead. Returns their number. */
long futex_requeue(const struct futex *from, const struct futex *to, uint32_t most);

/* Wakes at most `most` tasks that wait for the word at a user address. Ignores bad addresses. */
void futex_wake_address(uint64_t address, uint32_t most);

/*
 * Called when the current thread ends or executes another program. Marks the robust futexes that it
 * still owns with FUTEX_OWNER_DIED, and wakes a waiter of each (man 2 set_robust_list). Trusts
 * nothing in the list, and stops after ROBUST_MAX entries.
 */
#define ROBUST_MAX 2048
void futex_release_robust(struct thread *thread);
