/* SPDX-License-Identifier: MIT */
/*
 * Kernel stacks: where a task's kernel stack lives, and how an interrupt reaches it.
 *
 * The build links exactly one value of the STACK axis: a C file, and a NASM file of macros for the
 * entry stubs.
 *
 *   kstack_heap_sw     slot in the stack heap; interrupts arrive on the CPU's entry stack, and the
 *                      stub switches to the slot in software
 *   kstack_heap_rsp0   slot in the stack heap; TSS.RSP0 is rewritten at each context switch
 *   kstack_fixed_ist   KSTACK_FIXED_TOP in every task; every gate goes through the IST
 *   kstack_fixed_rsp0  KSTACK_FIXED_TOP in every task; TSS.RSP0 is a constant
 *
 * kstack_heap.c and kstack_fixed.c each have the code that two values share.
 */
#pragma once

#include "cpu/cpu.h"
#include "cpu/stack_choice.h"
#include "mem/root.h"

#define KSTACK_FRAMES_MAX 4 /* the most frames that a task's stack pages need */

struct kstack {
	uintptr_t top;      /* first byte above the stack that system calls use, 16-byte aligned */
	uint64_t top_frame; /* physical address of the page below `top` */
	uint32_t slot;      /* number of the slot in the stack heap; 0 for fixed stacks */
	uint32_t tables;    /* frame list of private page tables (fixed stacks) */
	uint64_t frames[KSTACK_FRAMES_MAX];
};

/*
 * Sets the fields of a CPU's TSS that this value of STACK uses: RSP0, or IST1 and IST2. Called once
 * per CPU.
 */
void kstack_init_cpu(struct cpu *cpu);

/*
 * Gives the task that runs under `root` a kernel stack of KSTACK_SIZE bytes with an unmapped guard
 * page on each side. The pages are supervisor-only and NX. The pages of fixed stacks are never
 * global: all tasks use the same address, and after a CR3 write a global translation would still
 * lead to the previous task's stack (SDM 3A 4.10.2.4). Returns 0, or -ENOMEM; then page tables made
 * in the shared half are kept for the next call.
 */
int kstack_create(struct kstack *stack, const struct root *root);

/*
 * Leaves the first `count` slots of the stack heap unused, so that all stacks have higher
 * addresses. `count` is at most 63. Called at most once, before the first stack is created. Fixed
 * stacks ignore it.
 */
void kstack_skip_slots(unsigned count);

/* Frees a stack's frames, private page tables and slot. The current task must not be using it. */
void kstack_destroy(struct kstack *stack);

/* For execve(), which changes a running task's root: maps the stack under the root `to` as well. */
void kstack_move(const struct kstack *stack, const struct root *from, const struct root *to);

/*
 * Makes interrupts and system calls from user mode arrive on `stack`, which belongs to the task
 * that is about to run on this CPU. Interrupts must be off. Fixed stacks have nothing to do here.
 */
void kstack_activate(struct cpu *cpu, const struct kstack *stack);

/*
 * Returns true if interrupts and exceptions may nest, that is, if handlers may enable interrupts
 * and may fault. If it returns false, the C file of this value of STACK states the rules for
 * handlers.
 */
bool kstack_nests(void);

/*
 * Returns true if the caller may enable interrupts: always if handlers nest, otherwise only on the
 * stack of system calls.
 */
bool kstack_may_interrupt(void);

/* Return the number of bytes in one task's stack pages, and in its private page tables. */
size_t kstack_stack_bytes(void);
size_t kstack_table_bytes(void);

/* Returns true if each task has page tables of its own for its stacks, as with fixed stacks. */
static inline bool kstack_has_own_tables(void)
{
	return kstack_table_bytes() > 0;
}

/*
 * Calls function(argument) on a stack that every kernel CR3 maps at one address. The function may
 * change CR3 and must restore it; under another CR3 the caller's locals may be unmapped. Heap
 * stacks are always mapped, so the function runs on the caller's stack. With fixed stacks, the
 * function runs on this CPU's scratch stack, and interrupts are off until it returns, because the
 * other CR3 may map the interrupt stacks to other frames.
 */
void kstack_call_across_cr3(void (*function)(void *argument), void *argument);

/*
 * Returns the address, in the direct map, of the stack's byte at top - below. `below` must be at
 * most PAGE_SIZE.
 */
static inline void *kstack_view(const struct kstack *stack, size_t below)
{
	return (char *)phys_to_virt(stack->top_frame) + PAGE_SIZE - below;
}
