/* SPDX-License-Identifier: MIT */
/* Between the files of this room. */
#pragma once

#include "cpu/call_frame.h"
#include "process/process.h"
#include "sched/sched.h"

/* lifetime.c, process_table.c */
/* A task without a program: PML4 and kernel stack. `start` runs first, on its stack. NULL: no memory. */
struct process *process_create(const char *name, size_t length, void (*start)(void));
/* Its name: `length` characters, cut off where there is no room. */
void process_set_name(struct process *process, const char *name, size_t length);
/* Takes a task that is not queued and has not run out of the tables, and frees all of it. */
void process_destroy(struct process *process);
/* Frees what a zombie still has: its entry in its parent's list, and itself. */
void process_reap(struct process *process);
/* Frees stack and space of a task that ended; the task itself too when no one will wait for it. */
void process_teardown(struct task *dead);
/* Takes a task out of its parent's list: no one will wait for it. */
void process_leave_parent(struct process *process);
/* Whether the current task's user has as many tasks as he may: a new one is -EAGAIN. */
static inline bool process_limit_is_reached(void)
{
	const struct account *account = current_process()->account;

	return account && process_account_is_full(account);
}
/* Puts a new task below `parent`, gives it a process ID, and counts it. */
void process_adopt(struct process *process, struct process *parent);

/* Whether it is in process_wait(). */
static inline bool process_waits_for_child(const struct process *process)
{
	return process->task.state == TASK_BLOCKED && !process->task.waiting;
}

/* Gives a new task the current one's identity, open files and working directory. 0 or -ENOMEM. */
int process_inherit_files(struct process *child);

/* cpu/entry.asm */
_Noreturn void enter_user(uintptr_t rip, uintptr_t rsp);

/* The registers of the system call that the current task is in. */
static inline const struct call_frame *process_call_frame(const struct process *process)
{
	return (const struct call_frame *)process->task.stack.top - 1;
}

/* jobs.c: lets the terminal reach the process groups (fs/terminal.h). Once, before there are tasks. */
void jobs_init(void);

/* fork.c: a child's first act. */
void task_begin_child(void);
extern char fork_child[]; /* process/fork.asm: where it begins */
