/* SPDX-License-Identifier: MIT */
/*
 * Waiting: tasks block in FIFO order until something happens.
 *
 * The waker and the waiter hold the kernel lock (cpu/lock.h), and interrupts are off from the moment when
 * the caller sees that it must wait until it is in the queue, so no wake-up is lost. With several CPUs
 * the lock that guards the condition must be handed to wait_on(), which releases it.
 */
#pragma once

#include <stdint.h>

#include "sched/wait_queue.h"

/*
 * Blocks the current task until wake_all() or a signal. Returns 0: the caller must test its condition
 * again; or -EINTR: a signal waits to be acted on, and the caller must give up.
 */
int wait_on(struct wait_queue *queue);

/* Like wait_on(), but returns -ETIMEDOUT at a time of clock_now() (sched/clock.h); 0 is no
 * limit. */
int wait_until(struct wait_queue *queue, uint64_t time);

/* Makes all tasks of the queue ready. */
void wake_all(struct wait_queue *queue);

/* Makes one blocked task ready. */
void wake(struct task *task);

/* Takes a blocked task out of the queue that it is in, if any. */
void wait_leave(struct task *task);
