/* SPDX-License-Identifier: MIT */
/*
 * When a page fault finds no memory, a task is ended: the one that holds most of it, frames in its address space and its share of what
 * no name keeps: files without one, and pipes. Of what root's tasks hold a quarter counts, and the first program goes only when there is
 * no other; the kernel's own task never does.
 */
#pragma once

/*
 * Ends a task as above, by SIGKILL, and waits until its memory is free, unless it is the current one: that ends on its way back to
 * user mode. Called on the stack of system calls, interrupts off; whoever waits for a task to end already waits for the same one.
 */
void out_of_memory(void);
