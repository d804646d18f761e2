/* SPDX-License-Identifier: MIT */
/* Waiting: tasks that block until something happens, in the order in which they came. */
#pragma once

#include <stdint.h>

#include "sched/wait_queue.h"

/*
 * Blocks the current task until wake_all() or a signal. Interrupts are off from the moment when the caller saw that it must wait
 * until the task is in the queue, so no wake-up between is lost. What was waited for has to be looked at again. 0, or
 * -EINTR: a signal is there to be taken, and the caller has to give up.
 */
int wait_on(struct wait_queue *queue);

/* The same until a time of clock_now() at most (sched/clock.h): -ETIMEDOUT. 0: for ever. */
int wait_until(struct wait_queue *queue, uint64_t time);

/* Makes all of them ready. */
void wake_all(struct wait_queue *queue);

/* Makes one blocked task ready. */
void wake(struct task *task);

/* Takes a blocked task out of the queue that it is in, if any. */
void wait_leave(struct task *task);
