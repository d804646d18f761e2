/* SPDX-License-Identifier: MIT */
/*
 * The CPUs that run, and how one asks another to call a function. boot/start_cpus.h starts them.
 *
 * The boot CPU runs all tasks. Every other CPU is idle: it halts, until an IPI wakes it to call the
 * function that cpu_call() names. Such a function runs under kernel_pml4 with interrupts on. It must
 * use nothing that the kernel lock guards (cpu/lock.h), so it must not allocate, map, print or wait.
 * It must not use its caller's stack either: with fixed stacks, kernel_pml4 does not map that.
 *
 * Only the boot CPU changes the list of CPUs and calls the functions below, except cpu_idle().
 */
#pragma once

#include <stdbool.h>

#include "cpu/cpu.h"

#define CACHE_LINE 64 /* bytes */

/* What a CPU is asked to do. In a cache line of its own, as two CPUs poll it. */
struct cpu_call {
	void (*function)(void *argument); /* NULL if nothing is asked, or after it has been done */
	void *argument;
} __attribute__((aligned(CACHE_LINE)));

/*
 * What a CPU is asked to flush (mem/tlb.h), and its acknowledgement. In a cache line of its own:
 * while one CPU waits for another, it polls this line, and no third CPU uses it.
 */
struct tlb_request {
	uint64_t wanted; /* number of the latest request */
	uint64_t done;   /* number of the latest request that the CPU has carried out */
	uintptr_t start; /* address of the first page */
	size_t pages;    /* number of pages; TLB_ALL: all translations, global ones included */
} __attribute__((aligned(CACHE_LINE)));

enum cpu_state {
	CPU_STARTING,  /* prepared, and asked to start; 0, so that a zeroed structure has it */
	CPU_RUNNING,   /* in the list of CPUs */
	CPU_ABANDONED, /* took longer to start than the boot CPU waited: it halts for good */
};

/*
 * A CPU other than the boot CPU. The structure is at the start of a frame, which is allocated when
 * the CPU is about to be started. The CPU's GS base is the address of `cpu`, its first field.
 */
struct other_cpu {
	struct cpu cpu;
	uint32_t apic_id;       /* ID of the CPU's local APIC, where IPIs are sent */
	uint32_t state;         /* enum cpu_state */
	struct other_cpu *next; /* in the pool of prepared CPUs (boot/ap.asm), later in the list of CPUs */
	uint64_t idle_top;      /* top of the stack on which the CPU starts, and on which it is idle */
	struct cpu_call call;
	struct tlb_request tlb;
};
_Static_assert(sizeof(struct other_cpu) <= PAGE_SIZE, "a CPU's structure fits a frame");

/* Number of CPUs that run, at least 1. */
extern uint32_t cpu_count;

/* The CPUs that run, without the boot CPU; linked by `next`, in the order of their numbers. */
extern struct other_cpu *cpus_others;

/* Adds a CPU that has started to the list. */
void cpus_add(struct other_cpu *cpu);

/* Removes a CPU from the list. */
void cpus_remove(struct other_cpu *cpu);

/* Wakes a CPU that is idle. Harmless otherwise. */
void cpu_wake(const struct other_cpu *cpu);

/*
 * Makes `cpu`, which is not the boot CPU and does nothing else, call function(argument), and returns
 * at once. cpu_call_is_done() tells whether the function has returned. cpu_call_wait() waits for
 * that, with interrupts as they are.
 */
void cpu_call(struct other_cpu *cpu, void (*function)(void *argument), void *argument);
bool cpu_call_is_done(const struct other_cpu *cpu);
void cpu_call_wait(const struct other_cpu *cpu);

/* What a CPU other than the boot CPU does from its start on: halts, and calls what it is asked to. */
_Noreturn void cpu_idle(void);
