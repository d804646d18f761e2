/* SPDX-License-Identifier: MIT */
#include "task/wait.h"

#include "task/task_internal.h"

void wait_on(struct wait_queue *queue)
{
	struct task *task = current_task();

	task->state = TASK_BLOCKED;
	task->waiting = queue;
	task->next = NULL;
	task->previous = queue->last;
	*(queue->last ? &queue->last->next : &queue->first) = task;
	queue->last = task;
	sched_switch();
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

void wake_all(struct wait_queue *queue)
{
	struct task *task;

	while ((task = queue->first)) {
		wait_leave(task);
		task->state = TASK_READY;
		sched_enqueue(task);
	}
}
