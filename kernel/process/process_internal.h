/* SPDX-License-Identifier: MIT */
/* Declarations that only the files of kernel/process/ share. */
#pragma once

#include "cpu/call_frame.h"
#include "process/process.h"
#include "sched/sched.h"

/*
 * Creates a process without a program, with an address space and a kernel stack on which start()
 * runs first. Returns NULL if out of memory.
 */
struct process *process_create(const char *name, size_t length, void (*start)(void));

/* Sets the name to the `length` characters at `name`, cut to PROCESS_NAME - 1. */
void process_set_name(struct process *process, const char *name, size_t length);

/* Frees a process that has neither run nor been adopted. */
void process_destroy(struct process *process);

/* Removes a zombie from its parent's list and the table, and frees it. */
void process_reap(struct process *process);

/*
 * Frees the stack of a thread that has ended, and its frame if it is not the first thread. After the
 * last thread also frees the address space, and the process itself if it has no parent to wait for
 * it.
 */
void process_teardown(struct task *dead);

/* Removes a process from its parent's list. From then on it has no parent. */
void process_leave_parent(struct process *process);

/*
 * Returns true if the current process's user has reached the limit on processes: creating one then
 * fails with -EAGAIN.
 */
static inline bool process_limit_is_reached(void)
{
	const struct account *account = current_process()->account;

	return account && process_account_is_full(account);
}

/*
 * Counts a thread, besides the first one, that was created or has ended. process_new_id() returns an
 * ID for it that no process and no thread has.
 */
void process_count_thread(struct process *process, bool created);
int process_new_id(void);

/*
 * Makes a new process a child of `parent`, or of no process if that is NULL, gives it a process ID,
 * and counts it.
 */
void process_adopt(struct process *process, struct process *parent);

/* Returns true if the task is blocked in process_wait_for(), or in threads_end_others(). */
static inline bool task_waits_for_end(const struct task *task)
{
	return task->state == TASK_BLOCKED && !task->waiting;
}

/* Makes the threads of a process ready that are blocked in process_wait_for(). */
void process_wake_parent(struct process *parent);

/*
 * Gives a new process the identity, open files and working directory of the current one. Returns 0
 * or -ENOMEM.
 */
int process_inherit_files(struct process *child);

/* cpu/entry.asm: enters user mode for the first time. Interrupts must be off. */
_Noreturn void enter_user(uintptr_t rip, uintptr_t rsp);

/* Returns the user's registers at the entry of the system call that the current task executes. */
static inline const struct call_frame *current_call_frame(void)
{
	return (const struct call_frame *)current_task()->stack.top - 1;
}

/*
 * Sets the hooks by which the terminal sends signals to process groups (fs/terminal.h). Called
 * once, before there are tasks.
 */
void jobs_init(void);

/* Runs in a forked child before it first returns to user mode. */
void task_begin_child(void);
/* process/fork.asm: the first code of a forked child, which calls task_begin_child() */
extern char fork_child[];
