/* SPDX-License-Identifier: MIT */
/*
 * Advisory locks on files (man 2 fcntl, flock). Record locks belong to a process, until it closes
 * any descriptor of the file (POSIX), or to an open file (F_OFD_SETLK), until its last descriptor
 * is closed. flock() locks a whole file for an open file. As in Linux, flock() and record locks
 * ignore each other.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct node;

struct lock {
	struct lock *next;    /* of the node's */
	const void *owner;    /* a process or an open file */
	int pid;              /* the process's, or -1 for an open file */
	uint64_t first, last; /* bytes, both included */
	bool exclusive;
	bool whole; /* flock() */
};

/*
 * A lock that a task waits for. It is in struct task: kernel stacks of other tasks cannot be read
 * everywhere.
 */
struct lock_request {
	const struct node *node; /* or NULL: it waits for none */
	struct lock wanted;
};

#define LOCKS_MAX 1024 /* on a file: a call looks at all of them */

/* The first lock of another owner that excludes this one, or NULL. */
const struct lock *lock_in_the_way(const struct node *node, const struct lock *wanted);

/*
 * Gives the owner of `wanted` that lock in place of all that it has on those bytes; adjacent locks
 * become one. 0, -EAGAIN if another owner's is in the way, or -ENOLCK without memory or room.
 */
int lock_set(struct node *node, const struct lock *wanted);

/*
 * Takes the locks on the bytes of `range` from its owner. 0, or -ENOLCK if one lock would become
 * two and cannot.
 */
int lock_clear(struct node *node, const struct lock *range);

/* Frees all locks of an owner on a file. */
void locks_drop(struct node *node, const void *owner);

/* Waits until any lock was freed. 0 or -EINTR. */
int lock_wait(void);
