/* SPDX-License-Identifier: MIT */
/* The state of each CPU, with the headers of this room and of x86/ that most code needs. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "cpu/features.h"
#include "cpu/gdt.h"
#include "cpu/idt.h"
#include "x86/instructions.h"
#include "x86/layout.h"
#include "x86/registers.h"

/* What is to be done before user mode goes on: bits of return_work. */
#define RETURN_YIELD  1 /* other tasks are to run */
#define RETURN_MASK   4 /* the running task gets its signal mask back */
#define RETURN_SIGNAL 2 /* the running task has a signal to act on */

struct task;

/* The state of one CPU. GS points here while the kernel runs; entry.asm knows the first fields. */
struct cpu {
	struct cpu *self;
	uint64_t user_rsp;   /* SYSCALL entry parks RSP here for an instant */
	uint64_t kstack_top; /* of the running task (heap stacks) */
	uint64_t scratch_rax;
	struct task *current;
	uint64_t return_work; /* RETURN_*: not 0 if the way back to user mode is the slow one */
	uint64_t scratch_top; /* the scratch stack, mapped alike under every CR3 */
	uint32_t id;
	uint32_t stale_pcids; /* how many are stale on this CPU (mem/pcid.h) */
	uint64_t
	        fault_code; /* error code of the last page fault, for the code that ends it (process/traps.c) */
	int fault_error;    /* why it failed */
	struct task *idle;
	struct task *dead; /* ended; torn down by the task that runs next */
	uint64_t gdt[7];
	struct tss tss;
};

static inline struct cpu *this_cpu(void)
{
	struct cpu *cpu;

	__asm__ volatile("mov %%gs:0, %0" : "=r"(cpu));
	return cpu;
}

/* Stores to a field of 64 bits of this CPU's state, by one instruction. */
#define CPU_STORE(field, value)                                                     \
	__asm__ volatile("movq %0, %%gs:%c1"                                        \
	                 :                                                          \
	                 : "r"((uint64_t)(value)), "i"(offsetof(struct cpu, field)) \
	                 : "memory")

/* Gives the boot CPU its GDT, TSS and IDT, and the stacks at CPU_*_TOP (x86/layout.h), which are mapped. */
void cpu_init(void);
