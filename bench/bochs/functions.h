/* SPDX-License-Identifier: MIT */
/*
 * Functions: each counted event of a region is charged to a function of the kernel, and to the
 * chain of calls that led there.
 *
 * The totals of a region are read whenever the CPU moves from one function to another, and the
 * increase is charged to the function that it leaves. The functions of a region therefore add up to
 * it exactly. An event is charged to the function that RIP is in. Three names are no functions:
 *   [user]      everything in user mode
 *   [delivery]  from the report of an interrupt, exception or INT n to the first instruction of its
 *               handler: its price, the processor's reads and pushes, and their walks and misses.
 *               The interrupt itself is charged to the function that it interrupts
 *   [unknown]   kernel-half code without a symbol
 * Fetching a function's first instruction is charged to that function; CALL, RET, SYSCALL and IRETQ
 * are charged to the function that executes them.
 *
 * The stack of calls begins with the function in which the region opens. CALL, a delivery and
 * SYSCALL add a frame. RET, IRETQ and SYSRET return to the frame that they belong to, which is
 * found by RSP and by how each frame was entered. A jump to another function replaces the frame. If
 * the return does not lead where the frames say (after a context switch), the stack of calls starts
 * anew with the function that continues.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "bench/bochs/metrics.h"
#include "bench/bochs/model/model.h"
#include "bench/bochs/symbols.h"

/* The running totals of a region. */
struct totals {
	const uint64_t *counts;           /* METRIC_COUNT of them */
	const struct model_counts *model; /* NULL without a cycle model */
};

/* Attributes events to functions from now on, until the process ends. The other functions of this
 * header, except functions_wanted(), may be called only after this one. */
void functions_open(const struct symbols *symbols);
bool functions_wanted(void);

/* A region opened. `rip` is the next instruction, or the interrupted one. `totals` are read until
 * the region closes. */
void functions_start(unsigned cpu, uint64_t rip, struct totals totals);

/* The current instruction made this branch. */
void functions_branch(unsigned cpu, enum branch_kind kind);
void functions_interrupt_return(unsigned cpu);

/* The instruction, or an iteration of it, ended; the next is at `rip`, and RSP is `rsp`. */
void functions_instruction_ends(unsigned cpu, uint64_t rip, uint64_t rsp);

/* An interrupt or exception is being delivered; the instruction at `rip` starts, possibly a
 * handler's first. */
void functions_delivery(unsigned cpu);
void functions_instruction_starts(unsigned cpu, uint64_t rip);

/* The region closes: writes its `!function` lines (docs/records.md). */
void functions_write(unsigned cpu, uint32_t region);

/* Returns the name of the function that events are charged to at this moment, for a trace. */
const char *functions_name(unsigned cpu);
