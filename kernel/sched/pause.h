/* SPDX-License-Identifier: MIT */
/*
 * Long work in the kernel, which is never preempted and mostly runs with interrupts off. It pauses from
 * time to time:
 *
 * - task_pause() is for system calls that can return early with what they have done, such as read().
 *   Other tasks may run, so the caller must look again at what they may change: a file's size and bytes,
 *   names, the position of a shared open file. What the task itself holds does not change: its memory
 *   regions, its descriptors (a process has one thread), their open files and the nodes of these.
 * - pause_in_loop() is for work that must be done in one go. Interrupts are let in; no other task runs,
 *   and nothing changes.
 *
 * Calls whose work may be interrupted anywhere turn interrupts on while it lasts (mmap() and exec, for
 * example).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Bytes that a system call moves between two pauses. */
#define PAUSE_BYTES (64 * 1024UL)

/* Steps of a loop between two pauses. */
#define PAUSE_STEPS 64

struct task;

/*
 * Lets interrupts in, and the other tasks if a tick has come. Returns true if the call should end
 * because a signal waits to be acted on. Interrupts are off, and the caller is on the stack of system
 * calls.
 */
bool task_pause(void);

/* Like task_pause(), but returns true only if a signal will end the task: as in Linux, nothing else
 * ends file I/O. */
bool task_pause_unless_killed(void);

/* Returns true if a signal will end the task: that ends a wait which nothing else can break off. */
extern bool (*will_end_hook)(const struct task *task);

/* Called in a pause of a task whose page fault has found no memory (task.starved): frees some. */
extern void (*starved_hook)(void);

/* Lets interrupts in if they are off and the stack allows it (kstack_may_interrupt()). Leaves them as they were. */
void let_interrupts_in(void);

/* Counts a step of a loop, and lets interrupts in at each PAUSE_STEPS of them. */
static inline void pause_in_loop(unsigned *steps)
{
	if (++*steps % PAUSE_STEPS == 0)
		let_interrupts_in();
}
