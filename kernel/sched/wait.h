/* SPDX-License-Identifier: MIT */
/*
 * Wait queues: tasks block in a queue, in FIFO order, until another task or the timer wakes them.
 *
 * No wake-up is lost, because the waker and the waiter hold the kernel lock (cpu/lock.h), and the
 * waiter keeps interrupts off from its test of the condition until it is in the queue. On several
 * CPUs, a caller would have to hold the lock that guards its condition, and to pass this lock to
 * wait_on(), which would release it.
 */
#pragma once

#include <stdint.h>

#include "sched/wait_queue.h"

/*
 * Blocks the current task in `queue` until wake_all(), wake() or a signal. Returns 0 if the task
 * was woken: the caller must test its condition again. Returns -EINTR, perhaps at once, if the task
 * has a signal to handle: the caller must give up.
 */
int wait_on(struct wait_queue *queue);

/*
 * Like wait_on(), but returns -ETIMEDOUT when clock_now() (sched/clock.h) has reached `time`. If
 * `time` is 0, there is no limit.
 */
int wait_until(struct wait_queue *queue, uint64_t time);

/* Removes all tasks from the queue and makes them ready. */
void wake_all(struct wait_queue *queue);

/* Removes a blocked task from its queue, if it is in one, and makes it ready. */
void wake(struct task *task);

/* Removes a blocked task from its queue, if it is in one, without making it ready. */
void wait_leave(struct task *task);
