/* SPDX-License-Identifier: MIT */
/* Between the files of the task room. */
#pragma once

#include "process/call_frame.h"
#include "process/process.h"

/* sched.c */
void sched_enqueue(struct task *task);
void sched_dequeue(struct task *task);
/* Gives the CPU to the first in the run queue, or the idle task. The current one has been queued, or blocks. */
void sched_switch(void);
/* Gives the CPU to `task`, which is ready and in no queue. */
void sched_switch_to(struct task *task);
/* Every task's first act, and the last of every switch: tears down the task that ended before. */
void sched_finish_switch(void);

/* task.c */
/* A task without a program: PML4 and kernel stack. `start` runs first, on its stack. NULL: no memory. */
struct task *task_create(const char *name, size_t length, void (*start)(void));
/* Its name: `length` characters, cut off where there is no room. */
void task_set_name(struct task *task, const char *name, size_t length);
/* Takes a task that is not queued and has not run out of the tables, and frees all of it. */
void task_destroy(struct task *task);
/* Frees what a zombie still has: its entry in its parent's list, and itself. */
void task_reap(struct task *task);
/* Frees stack and space of a task that ended; the task itself too when no one will wait for it. */
void task_teardown(struct task *task);
/* Takes a task out of its parent's list: no one will wait for it. */
void task_leave_parent(struct task *task);
/* Whether the current task's user has as many tasks as he may: a new one is -EAGAIN. */
static inline bool task_limit_is_reached(void)
{
	const struct account *account = current_task()->account;

	return account && task_account_is_full(account);
}
/* Puts a new task below `parent`, gives it a process ID, and counts it. */
void task_adopt(struct task *task, struct task *parent);

/* Whether it is in task_wait(). */
static inline bool task_waits_for_child(const struct task *task)
{
	return task->state == TASK_BLOCKED && !task->waiting;
}

/* Gives a new task the current one's identity, open files and working directory. 0 or -ENOMEM. */
int task_inherit_files(struct task *child);

/* Takes the FPU away from the running task, if it has it. */
void task_drop_fpu(struct task *task);

/* switch.asm */
void context_switch(uint64_t *save_rsp, uint64_t rsp, uint64_t cr3);
_Noreturn void enter_user(uintptr_t rip, uintptr_t rsp);
void task_first_run(void);

/* The registers of the system call that the current task is in. */
static inline const struct call_frame *task_call_frame(const struct task *task)
{
	return (const struct call_frame *)task->stack.top - 1;
}

/* fork.c: a child's first act. */
void task_begin_child(void);
extern char fork_child[]; /* process/fork.asm: where it begins */
