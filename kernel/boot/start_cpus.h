/* SPDX-License-Identifier: MIT */
/*
 * Starts the CPUs other than the boot CPU, and stops them (docs/cpus.md). Everything that belongs to
 * a CPU is allocated when the CPU is about to be started: struct other_cpu, with GDT and TSS, and the
 * stacks of its CPU_AREA(). Only the boot CPU calls these functions.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cpu/cpus.h"
#include "mem/frames.h"

/* Pages of low memory needed to start CPUs: the code at which they start, and page tables. */
#define AP_LOW_PAGES 4

/* How many CPUs started, and how many did not, for each reason. */
struct cpus_started {
	uint32_t started;   /* CPUs that run now */
	uint32_t no_memory; /* CPUs not asked to start, because there was no memory for them */
	uint32_t absent;    /* CPUs that never came */
	uint32_t hung;      /* CPUs that took a stack, but were not ready in time; keep their memory */
	uint32_t repeated;  /* second SIPIs sent, to CPUs that had not come after the first */
};

/*
 * Maps the stacks of CPU `id`, with an unmapped guard page between any two. Returns false, with
 * nothing mapped, if out of memory.
 */
bool cpu_map_stacks(uint32_t id);

/*
 * Chooses AP_LOW_PAGES pages below 640 KiB from `ranges`, which are free. The caller must reserve
 * them for good. Returns their physical address, or FRAME_NONE if there are none: then no other CPU
 * can be started.
 */
uint64_t cpus_choose_low(const struct memory_range *ranges, size_t count);

/* Returns true if the command line asks for more than one CPU, and the entry code supports that. */
bool cpus_wanted(void);

/*
 * Starts the CPUs whose local APICs have these IDs, all at the same time, and waits until all are
 * idle or no further CPU has come for a second. The IDs must be below LAPIC_IDS. Takes 10 ms plus
 * the time that the CPUs need.
 */
void cpus_start(const uint32_t *ids, size_t count, struct cpus_started *result);

/* Stops the CPU, which must be idle, and frees what belongs to it. It can be started again. */
void cpu_stop(struct other_cpu *cpu);

/*
 * Starts as many CPUs as maxcpus= on the command line allows. Says so on the console if some of them
 * cannot be started. Called once, by the first task.
 */
void cpus_boot(void);

/* Sends `fact` records about what cpus_boot() did, if there is a maxcpus= of more than 1. */
void cpus_say(void);

/* For tests: while it is true, a CPU that has taken its stack does not get any further. */
extern volatile bool cpus_hang;

/*
 * For tests: sends INIT and SIPI to a CPU although no CPU is prepared for it, as if it came after
 * the boot CPU has given up. Returns true if it then halts, within the time of a start.
 */
bool cpu_start_late(uint32_t id);
