/* SPDX-License-Identifier: MIT */
/*
 * Pauses in long work of the kernel, which is never preempted and mostly runs with interrupts off:
 *
 * - task_pause() is for system calls that can return early with a partial result, such as read().
 *   Interrupts are handled, and other tasks may run, so the caller must read again what such tasks
 *   may change: a file's size and bytes, names, the position of a shared open file. Other
 *   threads of the caller's process may change its memory regions and its descriptors. The caller
 *   therefore holds the open file that it works on (file_hold() in process/descriptors.h).
 * - pause_in_loop() is for work that no other task may see half done. Interrupts are handled, but
 *   no other task runs.
 *
 * System calls whose work may be interrupted anywhere, such as mmap() and execve(), do not pause:
 * they turn interrupts on while they work.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Number of bytes that a system call copies between two pauses. */
#define PAUSE_BYTES (64 * 1024UL)

/* Number of steps of a loop between two pauses. */
#define PAUSE_STEPS 64

struct task;

/*
 * Handles pending interrupts and, after a tick of the timer, lets other tasks run. Returns true if
 * the current task has a signal to handle; the system call should then end. Must be called with
 * interrupts off, on the stack of system calls.
 */
bool task_pause(void);

/*
 * Like task_pause(), but returns true only if a signal will end the task. As in Linux, other
 * signals do not interrupt file I/O.
 */
bool task_pause_unless_killed(void);

/* Returns true if a signal will end the task. Even uninterruptible waits end then. */
extern bool (*will_end_hook)(const struct task *task);

/* Frees memory. A pause calls it if a page fault of the task found no memory (task.starved). */
extern void (*starved_hook)(void);

/*
 * Handles pending interrupts, if interrupts are off and the stack allows it
 * (kstack_may_interrupt()). Afterwards interrupts are on or off as before.
 */
void let_interrupts_in(void);

/* Counts a step of a loop in *steps, and handles pending interrupts once in PAUSE_STEPS steps. */
static inline void pause_in_loop(unsigned *steps)
{
	if (++*steps % PAUSE_STEPS == 0)
		let_interrupts_in();
}
