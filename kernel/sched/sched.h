/* SPDX-License-Identifier: MIT */
/* The run queue, which is FIFO, and the switch from one task to the next. All calls must be made
 * with interrupts off. */
#pragma once

#include "sched/task.h"

/* Puts a task that is ready at the end of the queue. */
void sched_enqueue(struct task *task);

/* Removes a task from the queue. */
void sched_dequeue(struct task *task);

/*
 * Runs the first task of the queue, or the idle task. The current one has been queued before, or it
 * blocks or has ended. Returns when the current task is chosen again.
 */
void sched_switch(void);

/* Like sched_switch(), but to `task`, which is ready and in no queue. */
void sched_switch_to(struct task *task);

/* Called first by every new task and last by every switch: if the task that ran before has ended,
 * frees it. */
void sched_finish_switch(void);

/* Frees the stack and address space of a task that has ended. Called on the stack and under the CR3
 * of the next task, with interrupts on. */
extern void (*teardown_hook)(struct task *dead);

/* Runs `first` as this CPU's first task; `idle` runs when no other is ready. */
_Noreturn void sched_start(struct task *first, struct task *idle);

/* Runs as the idle task: waits for interrupts, and polls devices that raise none. */
_Noreturn void sched_idle(void);

/* switch.asm. context_switch() saves the callee-saved registers and RSP, and loads another CR3 and RSP. */
void context_switch(uint64_t *save_rsp, uint64_t rsp, uint64_t cr3);

/* The first return address of a new task: calls the function in its saved RBX. */
void task_first_run(void);
