/* SPDX-License-Identifier: MIT */
/*
 * Advisory locks on files (man 2 fcntl, flock). A record lock of POSIX belongs to a process, and
 * ends when the process closes any descriptor of the file. A record lock of F_OFD_SETLK belongs to
 * an open file, and ends when the last descriptor of the open file is closed. A lock of flock()
 * covers a whole file and belongs to an open file. As in Linux, flock() and record locks ignore
 * each other.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct node;

struct lock {
	struct lock *next;    /* next lock in the node's list */
	const void *owner;    /* a process or an open file */
	int pid;              /* the owner's; -1 if the owner is an open file */
	uint64_t first, last; /* range of bytes, both included */
	bool exclusive;
	bool whole; /* a lock of flock(), which record locks ignore */
};

/*
 * A lock that a process waits for. It is in struct process and not on the stack of the waiting
 * task, because with some values of STACK the kernel stacks of other tasks are not mapped.
 */
struct lock_request {
	const struct node *node; /* NULL: the process waits for no lock */
	struct lock wanted;
};

#define LOCKS_MAX 1024 /* the most locks on a file; limited, because each call reads all of them */

/* Returns the first lock that has another owner and excludes `wanted`, or NULL if there is none. */
const struct lock *lock_in_the_way(const struct node *node, const struct lock *wanted);

/*
 * Sets the lock `wanted`. On its bytes it replaces all locks of the same owner and kind. Adjacent
 * locks become one. Returns 0, -EAGAIN if a lock of another owner is in the way, or -ENOLCK if
 * there is no memory or the file has LOCKS_MAX locks.
 */
int lock_set(struct node *node, const struct lock *wanted);

/*
 * Removes the bytes of `range` from the locks of its owner and kind. A lock with bytes on both
 * sides of the range becomes two locks. Returns 0, or -ENOLCK if there is no memory for a second
 * lock. The memory is required even if no lock is split.
 */
int lock_clear(struct node *node, const struct lock *range);

/* Frees all locks of an owner on a file. */
void locks_drop(struct node *node, const void *owner);

/* Waits until any lock is freed. Returns 0 or -EINTR. */
int lock_wait(void);
