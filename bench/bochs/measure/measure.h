/* SPDX-License-Identifier: MIT */
/*
 * Measures a kernel that has no markers. A plan (plan.h) names what is measured: calls of
 * functions, the code executed between two addresses, or the code executed from each entry from
 * user mode to the return. Each call is a sample. It begins with the first instruction of the
 * function, and ends before the instruction to which the call returns (calls.h). Everything that
 * this CPU executes in between counts: callees, interrupts, other tasks. Calls may be nested, also
 * those of one function.
 *
 * The function may be reached in any way: by CALL, by a jump, by an interrupt or system call, or
 * from the instruction before it. The page walk that fetches its first instruction does not count.
 *
 * The stream has a `!count region=ID call=N …` line for each call, when it ends. N counts the calls
 * of a region in the order in which they begin. If a region has many calls, only some have a line:
 * all of the first MEASURE_LINES, then every second one for half as many lines, then every fourth
 * one, and so on. At the end of the run a `!region` line says how often a region opened, and, if the
 * plan names symbols, `!function` lines have the sums over the calls that have a line.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "bench/bochs/measure/calls.h"
#include "bench/bochs/rip.h"

enum { MEASURE_LINES = 8192 };

struct model;

/* Reads the plan that PALIMPSEST_MEASURE names. Does nothing if the variable is not set or there is
 * no stream. A wrong plan ends the process with status 2. measure_wanted() returns false if there is
 * no plan, or if the plan has the item `marks`. */
void measure_open(void);
bool measure_wanted(void);

/* Returns true if the CPU is in ring 3. */
bool measure_in_user(unsigned cpu);

/* Returns true once the first CPU uses paging, because then the boot loader has started the kernel. */
bool measure_in_kernel(void);

/* The open calls of each CPU. */
extern struct calls measure_calls[MAX_CPUS];

/* Returns true if a call may end at the instruction at `rip`, which starts now. Then
 * measure_instruction_starts() must be called. */
static inline bool measure_may_return(unsigned cpu, uint64_t rip)
{
	return calls_may_return(&measure_calls[cpu], rip);
}
void measure_instruction_starts(unsigned cpu, uint64_t rip);

/* Report Bochs's events. Called only if measure_wanted(), and before the functions of regions.h for
 * the same event. `what` and `value` are Bochs's codes. */
void measure_control(unsigned cpu, unsigned what, uint64_t value);
void measure_msr(unsigned cpu, unsigned msr, uint64_t value);
void measure_event(unsigned cpu, unsigned vector); /* an external interrupt or an exception */
void measure_delivery(unsigned cpu, unsigned vector);
void measure_far_branch(unsigned cpu, bool is_iret, bool is_syscall, uint16_t to_cs, uint64_t to);
void measure_call(unsigned cpu, uint64_t to);

/* Ends measuring, without a line for the open calls, and writes the `!region` lines, once. */
void measure_finish(void);
