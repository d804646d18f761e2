/* SPDX-License-Identifier: MIT */
/*
 * Kernel stacks: where a task's kernel stack lives, and how an interrupt reaches it.
 *
 * The build links exactly one value of the STACK axis, a file in C and one for the entry stubs:
 *
 *   kstack_heap_sw     slot in the stack heap; interrupts land on the CPU's entry stack and the
 *                      stub moves to the slot in software
 *   kstack_heap_rsp0   slot in the stack heap; TSS.RSP0 is rewritten at each context switch
 *   kstack_fixed_ist   KSTACK_FIXED_TOP in every task; every gate goes through the IST
 *   kstack_fixed_rsp0  KSTACK_FIXED_TOP in every task; TSS.RSP0 is a constant
 *
 * kstack_heap.c and kstack_fixed.c hold what two values share.
 */
#pragma once

#include "cpu/cpu.h"
#include "cpu/stack_choice.h"
#include "mem/root.h"

#define KSTACK_FRAMES_MAX 4 /* frames of stack pages, at most, of one task */

struct kstack {
	uintptr_t top;      /* first byte above the stack that system calls use, 16-byte aligned */
	uint64_t top_frame; /* physical address of the page below `top` */
	uint32_t slot;      /* heap slot; 0 on fixed stacks */
	uint32_t tables;    /* frame list of private page tables (fixed stacks) */
	uint64_t frames[KSTACK_FRAMES_MAX];
};

/* Sets the TSS of a CPU up: RSP0, IST1, IST2, as far as this STACK uses them. Once per CPU. */
void kstack_init_cpu(struct cpu *cpu);

/*
 * Gives the task that runs under `root` a kernel stack of KSTACK_SIZE bytes with an unmapped guard
 * page on each side. The pages are supervisor-only and NX. Those at an address that tasks share in
 * turn (fixed stacks) are never global: a G bit would survive the CR3 write and show the last
 * task's stack (SDM 3A 4.10.2.4).
 * Returns 0, or -ENOMEM with nothing changed that the next call would not use.
 */
int kstack_create(struct kstack *stack, const struct root *root);

/* Frees the frames, private tables and slot. The stack must not be the running one. */
void kstack_destroy(struct kstack *stack);

/* Maps the stack under the root `to` as well: execve() changes the root of a running task. */
void kstack_move(const struct kstack *stack, const struct root *from, const struct root *to);

/*
 * Makes interrupts and system calls from user mode land on `stack`, of the task that is about to
 * run on this CPU. Interrupts are off. Fixed stacks have nothing to do here: that is their point.
 */
void kstack_activate(struct cpu *cpu, const struct kstack *stack);

/*
 * Whether an interrupt or exception may come on top of another one: whether handlers may turn interrupts on, and
 * fault. Where it is false, each STACK states its rule in its own file.
 */
bool kstack_nests(void);

/*
 * Whether interrupts may be turned on where the caller stands: always where handlers nest, else not on
 * a stack of interrupts or exceptions.
 */
bool kstack_may_interrupt(void);

/* Bytes of stack pages and of private page tables of one task. */
size_t kstack_stack_bytes(void);
size_t kstack_table_bytes(void);

/*
 * Calls function(argument) on a stack that every CR3 maps at the same place, and comes back. Inside, CR3 may be
 * changed, and must be what it was at the end; the caller's locals may be out of reach meanwhile.
 * Heap stacks are such stacks; fixed ones use this CPU's scratch stack, with interrupts off, because
 * the stacks that interrupts land on go away with the CR3.
 */
void kstack_call_across_cr3(void (*function)(void *argument), void *argument);

/* What `top_frame` holds, through the direct map: the address of the byte at `top` - `below`. */
static inline void *kstack_view(const struct kstack *stack, size_t below)
{
	return (char *)phys_to_virt(stack->top_frame) + PAGE_SIZE - below;
}
