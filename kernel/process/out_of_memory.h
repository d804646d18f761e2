/* SPDX-License-Identifier: MIT */
/*
 * If a page fault cannot get memory, the process that holds the most memory is killed. A process
 * holds the frames of its address space and its share of pipes and of nameless files (fs/file.h);
 * for a process of root, only a quarter of that counts. The first program is killed only if there
 * is no other process. The kernel's own process is never killed.
 */
#pragma once

/*
 * Chooses the process that holds the most memory (see above), sends it SIGKILL, and waits until its
 * memory is free. If the current process is chosen, returns at once: it ends on its return to user
 * mode. If an earlier choice has not ended yet, waits for that process instead of choosing another.
 * Called with interrupts off, on the stack of system calls.
 */
void out_of_memory(void);
