/* SPDX-License-Identifier: MIT */
/*
 * Long work in the kernel, which is not preempted and mostly runs with interrupts off. It takes a pause from time to time:
 *
 * - task_pause() is for system calls that can end with what they have done, such as read(). Other tasks may run meanwhile, so what
 *   they may change has to be looked at again: a file's size and bytes, names, the position of a shared open file. What the
 *   task itself holds stays: its memory regions, its table of open files (no one else has it: there is one thread per task), each
 *   file in it, and that file's node.
 * - pause_in_loop() is for what has to be done in one go. Interrupts are let in; no other task runs, and nothing changes.
 *
 * Where nothing has to stop, a call just turns interrupts on for as long as it takes (mmap() and its like, exec).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Bytes that a system call moves between two pauses. */
#define PAUSE_BYTES (64 * 1024UL)

/* Steps of a loop between two pauses. */
#define PAUSE_STEPS 64

/*
 * Lets interrupts in, and the other tasks when a tick has come. Returns true if the call should end: a signal is there to be
 * taken. Interrupts are off, and the caller is on the stack of system calls.
 */
bool task_pause(void);

/* The same for what only the end of the task breaks off, as Linux does for files: true if a signal will end it. */
bool task_pause_unless_killed(void);

/* Lets interrupts in that are off where the stack allows it (kstack_may_interrupt()); they are off or on afterwards as before. */
void let_interrupts_in(void);

/* Counts a step of a loop, and lets interrupts in at each PAUSE_STEPS of them. */
static inline void pause_in_loop(unsigned *steps)
{
	if (++*steps % PAUSE_STEPS == 0)
		let_interrupts_in();
}
