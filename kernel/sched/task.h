/* SPDX-License-Identifier: MIT */
/*
 * Tasks. The scheduler switches from one task to another; a CPU runs one at a time. The kernel
 * itself is never preempted: a switch happens only where a task waits or yields, or before the task
 * returns to user mode.
 *
 * A struct task is at the start of a frame, and the area for its FPU registers at the frame's end.
 * The rest of the frame belongs to struct thread or struct process (process/process.h), whose code
 * makes and frees tasks.
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
	TASK_READY,   /* running, or in the run queue; 0, so that a zeroed task is ready */
	TASK_BLOCKED, /* in wait_on() or process_wait() */
	TASK_STOPPED, /* stopped by a signal, until SIGCONT or SIGKILL */
	TASK_ENDED,   /* ended, but other threads of its process have not */
	TASK_ZOMBIE,  /* ended with its process, which is kept only for its exit status */
};

struct process;

struct task {
	uint64_t rsp;     /* RSP in the kernel while the task does not run */
	struct root root; /* a root of the task's address space (mem/root.h) */
	struct kstack stack;
	struct process *process; /* that the task belongs to (process/process.h) */
	enum task_state state;
	struct task *next, *previous; /* links in the run queue or in `waiting` */
	struct wait_queue *waiting;   /* the wait queue that a blocked task is in, or NULL */
	struct deadline wake;         /* end of the task's wait, as a time of clock_now() */
	uint64_t return_work;         /* RETURN_* bits that stay set until the work is done */
	uint64_t fs_base;             /* FS base in user mode, for thread-local storage */
	uint64_t selectors;           /* read_selectors() while the task does not run, else 0 */
	bool has_fpu;                 /* has used the FPU, so switches save and restore it */
	bool starved;                 /* a page fault found no memory: starved_hook() is needed */
};

/* Returns the area (FPU_AREA bytes) for a task's FPU registers while it does not run. */
static inline void *task_fpu_area(struct task *task)
{
	return (char *)task + PAGE_SIZE - FPU_AREA;
}

/* Takes the FPU from `task`, which must be the current task. Does nothing if has_fpu is false. */
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

/* Returns true if the task has a signal to handle, which ends its waits in the kernel. */
static inline bool task_is_interrupted(const struct task *task)
{
	return task->return_work & RETURN_SIGNAL;
}

/* Runs the other ready tasks first: puts the current task at the end of the run queue. */
void task_yield(void);
