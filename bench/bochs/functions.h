/* SPDX-License-Identifier: MIT */
/*
 * Functions: each counted event of a region is charged to a function of the kernel, and to the
 * chain of calls that led there.
 *
 * An event is charged to the function that RIP is in. Whenever the CPU moves from one function to
 * another, the growth of the region's totals since the previous move is charged to the function
 * that the CPU leaves. The functions of a region therefore add up exactly to the region's totals.
 * Four names do not denote functions of the kernel:
 *   [user]      everything in user mode
 *   [delivery]  everything from Bochs's report of an interrupt, exception or INT n to the first
 *               instruction of the handler: the price of the delivery, the processor's reads and
 *               pushes, and their walks and misses. The interrupt itself, as one event, is charged
 *               to the function that it interrupts
 *   [unknown]   kernel-half code without a symbol
 *   [rest]      in a measured call: all chains after the first CALL_CHAINS_MAX
 * Code that runs in the entry window is charged to the function that contains this code in the
 * image. Fetching a function's first instruction is charged to that function; CALL, RET, SYSCALL
 * and IRETQ are charged to the function that executes them.
 *
 * The stack of calls begins with the function in which the region opens. CALL, a delivery and
 * SYSCALL add a frame. A jump to another function replaces the last frame. RET removes the frames
 * whose return addresses are below RSP. IRETQ within the kernel removes the frames up to the last
 * delivery. A return to user mode removes the frames up to the last [user] frame. If the CPU then
 * continues in a function other than the last frame's, for example after a context switch, the
 * stack of calls starts anew with the function in which the CPU continues.
 *
 * In a kernel without markers (measure/), the events of each measured call are attributed, and
 * several calls may be open. In such a kernel, [user] is all code that executes in ring 3, whatever
 * its address, and all other code is the kernel's.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "bench/bochs/chains.h"
#include "bench/bochs/metrics.h"
#include "bench/bochs/model/model.h"
#include "bench/bochs/rip.h"
#include "bench/bochs/symbols.h"

/* The running totals of a region. */
struct totals {
	const uint64_t *counts;           /* METRIC_COUNT numbers */
	const struct model_counts *model; /* NULL without a cycle model */
};

/* Attributes events to functions from now on, until the process ends. functions_wanted() returns
 * true once functions_open() was called. All other functions of this header may be called only
 * after functions_open(). */
void functions_open(const struct symbols *symbols);
bool functions_wanted(void);

struct functions_stack;

/* Starts the attribution of a measured call. The call includes everything from here on except the
 * next `skipped` instructions. `rip` is the address of the call's first instruction. If `delivered`
 * is true, the call begins with the delivery of an interrupt or exception. */
struct functions_stack *functions_call_begins(unsigned cpu, uint64_t rip, bool delivered,
                                              struct totals totals, uint64_t skipped);

/* Ends the attribution of the call, adds it to `sums` unless that is NULL, and frees the stack. */
void functions_call_ends(unsigned cpu, struct functions_stack *stack, struct chains *sums);

/* Notes that the current instruction may change the ring. Only kernels without markers need this. */
void functions_ring_changes(unsigned cpu);

/* Starts a region's attribution. `rip` is the address of the next instruction or, if an interrupt
 * opens the region, of the interrupted one. The numbers that `totals` points to are read until the
 * region closes. */
void functions_start(unsigned cpu, uint64_t rip, struct totals totals);

/* functions_branch() notes that the current instruction is a branch of this kind.
 * functions_interrupt_return() notes that the current instruction is IRETQ. */
void functions_branch(unsigned cpu, enum branch_kind kind);
void functions_interrupt_return(unsigned cpu);

/* Lets functions_must_follow() find out quickly that the CPU stays in the same function. */
struct functions_place {
	uint64_t start, length; /* address range of the current function */
	bool follows;           /* a region has started */
	bool branched;          /* the current instruction is a CALL, RET or IRETQ */
};
extern struct functions_place functions_place[MAX_CPUS];

/* Returns true if functions_instruction_ends() must be called, because the next instruction, at
 * `rip`, may be in another function. Always false without functions_open(). */
static inline bool functions_must_follow(unsigned cpu, uint64_t rip)
{
	const struct functions_place *place = &functions_place[cpu];

	return place->follows && (place->branched || rip - place->start >= place->length);
}

/* Notes that the current instruction ended, or that one iteration of the current REP instruction
 * ended. `rip` is the address of the next instruction; `rsp` is RSP. */
void functions_instruction_ends(unsigned cpu, uint64_t rip, uint64_t rsp);

/* functions_delivery() notes that the delivery of an interrupt, exception or INT n begins.
 * functions_instruction_starts() notes that the instruction at `rip` starts. The first instruction
 * to start after a delivery is the first one of the handler. */
void functions_delivery(unsigned cpu);
void functions_instruction_starts(unsigned cpu, uint64_t rip);

/* Writes the `!function` lines of a region that closes (docs/records.md). */
void functions_write(unsigned cpu, uint32_t region);

/* Returns the name of the function that events are charged to at this moment, or "-" if the CPU has
 * had no region yet. The trace uses it. */
const char *functions_name(unsigned cpu);
