/* SPDX-License-Identifier: MIT */
#include "sched/wait.h"

#include "lib/errno.h"
#include "sched/clock.h"
#include "sched/rwlock.h"
#include "sched/sched.h"

int wait_on(struct wait_queue *queue)
{
	struct task *task = current_task();

	if (task_is_interrupted(task))
		return -EINTR;
	task->state = TASK_BLOCKED;
	task->waiting = queue;
	task->next = NULL;
	task->previous = queue->last;
	*(queue->last ? &queue->last->next : &queue->first) = task;
	queue->last = task;
	sched_switch();
	return task_is_interrupted(task) ? -EINTR : 0;
}

int wait_until(struct wait_queue *queue, uint64_t time)
{
	struct task *task = current_task();
	int result;

	if (!time)
		return wait_on(queue);
	if (clock_now() >= time)
		return -ETIMEDOUT;
	clock_set_wake(task, time);
	result = wait_on(queue);
	if (!task->wake.time && !result)
		return -ETIMEDOUT;
	clock_set_wake(task, 0);
	return result;
}

void wait_leave(struct task *task)
{
	struct wait_queue *queue = task->waiting;

	if (!queue)
		return;
	*(task->previous ? &task->previous->next : &queue->first) = task->next;
	*(task->next ? &task->next->previous : &queue->last) = task->previous;
	task->waiting = NULL;
}

void wake(struct task *task)
{
	wait_leave(task);
	task->state = TASK_READY;
	sched_enqueue(task);
}

void wake_all(struct wait_queue *queue)
{
	while (queue->first)
		wake(queue->first);
}

/*
 * Callers repeat this until the task can take the lock. A task with a signal cannot block: it
 * yields.
 */
void rwlock_block(struct wait_queue *queue)
{
	if (wait_on(queue))
		task_yield();
}

void rwlock_wake(struct wait_queue *queue)
{
	wake_all(queue);
}
