/* SPDX-License-Identifier: MIT */
#include "fs/locks.h"

#include "fs/node.h"
#include "lib/errno.h"
#include "mem/heap.h"
#include "sched/wait.h"

static struct wait_queue freed; /* tasks in lock_wait(), woken when any lock is freed */

static bool is_same_kind(const struct lock *a, const struct lock *b)
{
	return a->whole == b->whole;
}

static bool overlap(const struct lock *a, const struct lock *b)
{
	return a->first <= b->last && b->first <= a->last;
}

const struct lock *lock_in_the_way(const struct node *node, const struct lock *wanted)
{
	const struct lock *lock = node->locks;

	while (lock && (lock->owner == wanted->owner || !is_same_kind(lock, wanted) ||
	                !overlap(lock, wanted) || !(lock->exclusive || wanted->exclusive)))
		lock = lock->next;
	return lock;
}

/*
 * Removes the bytes of `range` from a lock. If bytes of the lock are left on both sides of the
 * range, the upper bytes become a second lock: the object *spare is used for it, and *spare becomes
 * NULL. Otherwise *spare is not used.
 */
static void split(struct node *node, struct lock *lock, const struct lock *range, struct lock **spare)
{
	struct lock *rest = *spare;

	if (lock->first < range->first && lock->last > range->last) {
		*rest = *lock;
		rest->first = range->last + 1;
		rest->next = node->locks;
		node->locks = rest;
		*spare = NULL;
		lock->last = range->first - 1;
	} else if (lock->first < range->first) {
		lock->last = range->first - 1;
	} else {
		lock->first = range->last + 1;
	}
}

/*
 * Removes the bytes of `range` from the locks of range->owner that are of the same kind. `spare` is
 * used as in split().
 */
static void cut_out(struct node *node, const struct lock *range, struct lock **spare)
{
	for (struct lock **link = &node->locks, *lock; (lock = *link);) {
		if (lock->owner != range->owner || !is_same_kind(lock, range) || !overlap(lock, range)) {
			link = &lock->next;
		} else if (lock->first >= range->first && lock->last <= range->last) {
			*link = lock->next;
			heap_free(lock);
		} else {
			split(node, lock, range, spare);
			link = &lock->next;
		}
	}
	wake_all(&freed);
}

/*
 * Merges into the new lock all locks that are adjacent to it, have the same owner and kind, and are
 * equally exclusive.
 */
static void join(struct node *node, struct lock *new)
{
	for (struct lock **link = &node->locks, *lock; (lock = *link);) {
		if (lock->owner != new->owner || !is_same_kind(lock, new) ||
		    lock->exclusive != new->exclusive ||
		    (lock->last + 1 != new->first &&new->last + 1 != lock->first)) {
			link = &lock->next;
			continue;
		}
		new->first = lock->first < new->first ? lock->first : new->first;
		new->last = lock->last > new->last ? lock->last : new->last;
		*link = lock->next;
		heap_free(lock);
	}
}

static bool has_room(const struct node *node)
{
	size_t count = 0;

	for (const struct lock *lock = node->locks; lock; lock = lock->next)
		count++;
	return count + 2 <= LOCKS_MAX;
}

int lock_set(struct node *node, const struct lock *wanted)
{
	struct lock *new, *spare;

	if (lock_in_the_way(node, wanted))
		return -EAGAIN;
	new = has_room(node) ? heap_alloc(sizeof *new) : NULL;
	spare = new ? heap_alloc(sizeof *spare) : NULL;
	if (!spare) {
		heap_free(new);
		return -ENOLCK;
	}
	*new = *wanted;
	cut_out(node, wanted, &spare);
	heap_free(spare);
	join(node, new);
	new->next = node->locks;
	node->locks = new;
	return 0;
}

int lock_clear(struct node *node, const struct lock *range)
{
	struct lock *spare;

	if (!node->locks)
		return 0;
	spare = heap_alloc(sizeof *spare);
	if (!spare)
		return -ENOLCK;
	cut_out(node, range, &spare);
	heap_free(spare);
	return 0;
}

void locks_drop(struct node *node, const void *owner)
{
	for (struct lock **link = &node->locks, *lock; (lock = *link);)
		if (lock->owner == owner) {
			*link = lock->next;
			heap_free(lock);
		} else {
			link = &lock->next;
		}
	wake_all(&freed);
}

int lock_wait(void)
{
	return wait_on(&freed);
}
