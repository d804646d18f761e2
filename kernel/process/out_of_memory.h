/* SPDX-License-Identifier: MIT */
/*
 * If a page fault cannot get memory, a process is killed: the one that holds most, counting the
 * frames of its address space and its share of pipes and of files without a name. For root's
 * processes a quarter counts. The first program is killed only if there is no other, the kernel's
 * process never.
 */
#pragma once

/*
 * Kills a process by SIGKILL, as above, and waits until its memory is free; the current one ends on
 * its way back to user mode instead. If a process is being killed already, waits for that one.
 * Called on the stack of system calls with interrupts off.
 */
void out_of_memory(void);
