/* SPDX-License-Identifier: MIT */
/* The state of a CPU, and the headers of cpu/ and x86/ that most code needs. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "cpu/features.h"
#include "cpu/gdt.h"
#include "cpu/idt.h"
#include "x86/instructions.h"
#include "x86/layout.h"
#include "x86/registers.h"

/* Bits of return_work (struct cpu): work to do before the return to user mode. */
#define RETURN_YIELD  1 /* let other tasks run */
#define RETURN_MASK   4 /* restore the current task's signal mask */
#define RETURN_SIGNAL 2 /* the current task has a signal to handle */

struct task;
struct process;

/*
 * The state of one CPU. While the kernel runs, the GS base is the address of this structure. The
 * assembly files get the offsets of some fields from boot/constants.c. What no entry into the kernel
 * needs is elsewhere (cpu/cpus.h), because user tables may map this structure.
 */
struct cpu {
	struct cpu *self;
	uint64_t user_rsp;   /* the user's RSP, during a few instructions of the SYSCALL entry */
	uint64_t kstack_top; /* top of the current task's kernel stack (heap stacks only) */
	uint64_t scratch_rax;
	struct task *current;
	struct process *process; /* that of `current` (process/process.h) */
	uint64_t return_work;    /* RETURN_* bits: what user_return_hook() has to do */
	uint64_t scratch_top;    /* top of the scratch stack, which every kernel CR3 maps */
	uint32_t id;             /* number of the CPU's stacks (CPU_AREA()); 0 for the boot CPU */
	uint32_t stale_pcids;    /* number of PCIDs that are stale on this CPU (mem/pcid.h) */
	uint64_t fault_code;     /* error code of the last page fault (process/traps.c) */
	int fault_error;         /* negative error number: why the last page fault was not resolved */
	struct task *idle;
	struct task *dead; /* an ended task that the next task must free, or NULL */
	uint64_t gdt[7];
	struct tss tss;
};

static inline struct cpu *this_cpu(void)
{
	struct cpu *cpu;

	__asm__ volatile("mov %%gs:0, %0" : "=r"(cpu));
	return cpu;
}

/* Stores `value` in a 64-bit field of this CPU's struct cpu, with a single instruction. */
#define CPU_STORE(field, value)                                                     \
	__asm__ volatile("movq %0, %%gs:%c1"                                        \
	                 :                                                          \
	                 : "r"((uint64_t)(value)), "i"(offsetof(struct cpu, field)) \
	                 : "memory")

/*
 * Sets up the boot CPU: GDT, TSS, IDT, SYSCALL and FPU. The stacks at CPU_*_TOP (x86/layout.h) must
 * be mapped.
 */
void cpu_init(void);

/*
 * Fills the state of a CPU, which must be zeroed: its number, and the addresses of its stacks. While
 * the CPU runs no task, all interrupts and exceptions arrive on its own stacks, whatever STACK is.
 */
void cpu_prepare(struct cpu *cpu, uint32_t id);

/* Makes `cpu` the state of the CPU that executes this: loads GDT, TSS, IDT, GS base, SYSCALL. */
void cpu_load(struct cpu *cpu);
