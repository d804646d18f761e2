/* SPDX-License-Identifier: MIT */
/*
 * The threads of a process besides the first one. They share everything in struct process. Each has
 * a frame of its own, with its struct thread and its FPU registers, and a kernel stack. With fixed
 * stacks it also has a root of its own (mem/root.h); otherwise it runs under the root of the space.
 */
#pragma once

#include "process/process.h"

/*
 * Returns the thread with this ID, the first thread of a process included, or NULL if there is none.
 * Searches the current process, then all others.
 */
struct thread *thread_find(int tid);

/* Returns the process that has the thread `tid`, or NULL. */
static inline struct process *process_of_thread(int tid)
{
	struct thread *thread = thread_find(tid);

	return thread ? thread->task.process : NULL;
}

/*
 * Creates another thread of the current process and stores it in *thread. It is ready to run, but
 * not in the run queue, and its kernel stack is empty. It has the signal mask of the current thread.
 * Returns 0, -EAGAIN if out of memory or of kernel stacks, or -ENOSYS if the process cannot have a
 * second root (isolation_thread_root_create()).
 */
int thread_create(struct thread **thread);

/* Adds a thread that thread_create() has made to its process, and gives it an ID. */
void thread_adopt(struct thread *thread);

/*
 * Ends the current thread, as exit() does. If it is the last one, ends the process: with `status` if
 * it is also the first one, otherwise with the status with which the first one has ended.
 */
_Noreturn void thread_exit(int status);

/*
 * Called by process_exit() if process.ends_slowly is set. Makes the other threads of the process end.
 * If there are none left, returns the status of the process, which the caller ends. Otherwise ends
 * the current thread and does not return.
 */
int threads_end(int status);

/*
 * For execve(), which cannot fail any longer: makes the other threads end and waits until they have
 * ended. Afterwards the current thread is the first thread of its process.
 */
void threads_end_others(void);

/*
 * Frees what thread_create() has allocated for a thread that has ended. Returns true if that was the
 * last thread of its process.
 */
bool thread_teardown(struct thread *thread);
