/* SPDX-License-Identifier: MIT */
/* Waiting: tasks that block until something happens, in the order in which they came. */
#pragma once

struct task;

struct wait_queue {
	struct task *first, *last;
};

/*
 * Blocks the current task until wake_all() or a signal. Interrupts are off from the moment when the caller saw that it must wait
 * until the task is in the queue, so no wake-up between is lost. What was waited for has to be looked at again.
 */
void wait_on(struct wait_queue *queue);

/* Makes all of them ready. */
void wake_all(struct wait_queue *queue);

/* Takes a blocked task out of the queue that it is in, if any. */
void wait_leave(struct task *task);
