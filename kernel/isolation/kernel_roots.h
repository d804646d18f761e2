/* SPDX-License-Identifier: MIT */
/*
 * bouncing with fixed stacks: each task has kernel tables of its own. Their PML4 is a copy of
 * kernel_pml4, except for two entries. KSTACK_FIXED_PML4 leads to the task's own stacks.
 * COPY_ENTRY_PML4 leads to user memory while the kernel copies from it or to it. All PML4s share
 * the tables below the other entries. Such an entry changes only when the window gets its first
 * place in the 512 GiB of the entry, or loses its last place there. kernel_roots_follow() then
 * changes all PML4s.
 *
 * The PML4s are a doubly linked list, which begins with kernel_pml4. The links are in the entries
 * KERNEL_LINK_NEXT_PML4 and KERNEL_LINK_PREVIOUS_PML4. An entry that is not present may hold any
 * value with a clear bit 0 (SDM 3A 4.5), such as the physical address of a page.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Makes kernel tables for a task. Returns the frame of the PML4, or FRAME_NONE if out of memory. */
uint64_t kernel_root_create(void);

/* Frees a PML4 that kernel_root_create() made. No CPU may have it loaded. */
void kernel_root_destroy(uint64_t pml4);

/* For isolation_check(): returns true if a task's PML4 agrees with kernel_pml4. */
bool kernel_root_is_in_step(uint64_t pml4);

/* Copies the entry of kernel_pml4 for `address` to all other PML4s, if it has changed. */
void kernel_roots_follow(uintptr_t address);
