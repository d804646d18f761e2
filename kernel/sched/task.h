/* SPDX-License-Identifier: MIT */
/*
 * Tasks: what the scheduler switches between. One runs at a time on a CPU. The kernel itself is never
 * preempted: a task is switched away only where it waits or yields, or on its way back to user mode.
 *
 * A task lies at the start of a frame. Its FPU registers are at the frame's end; what lies between
 * belongs to the room above, process/, which also makes and frees tasks.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cpu/cpu.h"
#include "cpu/fpu.h"
#include "lib/deadlines.h"
#include "mem/root.h"
#include "stack/kstack.h"

enum task_state {
	TASK_READY,   /* running, or in the run queue; 0, as in a new task */
	TASK_BLOCKED, /* in wait_on(), or in process_wait() */
	TASK_STOPPED, /* by a signal, until SIGCONT or SIGKILL */
	TASK_ZOMBIE,  /* ended; only its status is left */
};

struct task {
	uint64_t rsp;     /* while it does not run; sched/switch.asm knows this one */
	struct root root; /* what CR3 takes while it runs: its address space's */
	struct kstack stack;
	enum task_state state;
	struct task *next, *previous; /* in the run queue, or in `waiting` */
	struct wait_queue *waiting;   /* the queue that it is in while it blocks, or NULL */
	struct deadline wake;         /* when its wait ends: a time of clock_now() */
	uint64_t return_work;         /* RETURN_* that stay until they have been dealt with */
	uint64_t fs_base;             /* of user mode: thread-local storage */
	uint64_t selectors;           /* read_selectors() while it does not run; 0 while it does */
	bool has_fpu;                 /* it has used the FPU */
	bool starved;                 /* a page fault found no memory: starved_hook() is due */
};

/* Where its FPU registers are while it does not run. */
static inline void *task_fpu_area(struct task *task)
{
	return (char *)task + PAGE_SIZE - FPU_AREA;
}

/* Takes the FPU away from the running task if it has it. */
static inline void task_drop_fpu(struct task *task)
{
	if (!task->has_fpu)
		return;
	task->has_fpu = false;
	fpu_stop();
}

static inline struct task *current_task(void)
{
	struct task *task;

	__asm__ volatile("mov %%gs:%c1, %0" : "=r"(task) : "i"(offsetof(struct cpu, current)));
	return task;
}

/* Returns true if a signal waits to be acted on, which breaks off a wait in the kernel. */
static inline bool task_is_interrupted(const struct task *task)
{
	return task->return_work & RETURN_SIGNAL;
}

/* Lets the other tasks that are ready run first. */
void task_yield(void);
