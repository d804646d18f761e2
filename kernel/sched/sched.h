/* SPDX-License-Identifier: MIT */
/*
 * The run queue, which is FIFO, and the switch from one task to another. Interrupts must be off in
 * all calls.
 */
#pragma once

#include "sched/task.h"

/* Puts a ready task at the end of the run queue. */
void sched_enqueue(struct task *task);

/* Removes a task from the run queue. */
void sched_dequeue(struct task *task);

/*
 * Switches to the first task of the run queue, or to the idle task if the queue is empty. The
 * caller has put the current task in a queue, or marked it as blocked, stopped or ended. Returns
 * when the current task runs again.
 */
void sched_switch(void);

/* Like sched_switch(), but switches to `task`, which must be ready and in no queue. */
void sched_switch_to(struct task *task);

/* Completes a switch: if the previous task has ended, frees it. Every new task calls this first. */
void sched_finish_switch(void);

/*
 * Frees the stack and address space of a task that has ended. Called on the stack and under the CR3
 * of the next task, with interrupts on if kstack_may_interrupt().
 */
extern void (*teardown_hook)(struct task *dead);

/* Runs `first` as this CPU's first task. `idle` is the task that runs when no other is ready. */
_Noreturn void sched_start(struct task *first, struct task *idle);

/* The body of the idle task: waits for interrupts, polls devices that raise none, and yields. */
_Noreturn void sched_idle(void);

/*
 * In switch.asm: pushes the callee-saved registers, stores RSP in *save_rsp, loads CR3 and RSP, and
 * pops the callee-saved registers that the other task has pushed.
 */
void context_switch(uint64_t *save_rsp, uint64_t rsp, uint64_t cr3);

/*
 * In switch.asm: a new task's first return address. Calls sched_finish_switch(), then the function
 * whose address is in the task's saved RBX.
 */
void task_first_run(void);
