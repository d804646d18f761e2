/* SPDX-License-Identifier: MIT */
/*
 * Functions: which function of the kernel each counted event of a region is charged to, and by which calls it was
 * reached.
 *
 * The totals of a region are read whenever the CPU goes from one function to another, and what they grew by since goes to
 * the one that is left; so the functions of a region add up to it exactly. An event is charged to the function
 * that RIP was in, with these frames besides:
 *   [user]      everything in user mode
 *   [delivery]  from the report of an interrupt, exception or INT n to the first instruction of its handler: its price, the
 *               reads and pushes of the processor, the walks and misses of these. The interrupt itself counts
 *               where it came
 *   [unknown]   code of the kernel half without a symbol
 * The fetch of a function's first instruction is that function's, and CALL, RET, SYSCALL and IRETQ are of the one that
 * executes them.
 *
 * The stack of calls begins with the region: its first frame is the function in which the region opened. CALL, a delivery
 * and SYSCALL add a frame; RET, IRETQ and SYSRET go back to the frame that they belong to, by RSP and by what was entered.
 * A jump to another function replaces the frame. When the stack in memory is another one than expected (a context
 * switch), the stack of calls begins anew with the function that goes on.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "bench/bochs/metrics.h"
#include "bench/bochs/model/model.h"
#include "bench/bochs/symbols.h"

/* Where a region's counts up to now stand. `model` is NULL without one. */
struct totals {
	const uint64_t *counts; /* METRIC_COUNT of them */
	const struct model_counts *model;
};

/* Functions are attributed from now on, until the process ends. Without a call of this the others must not be called. */
void functions_open(const struct symbols *symbols);
bool functions_wanted(void);

/* A region opened, `rip` is the next instruction, or the one that is interrupted. What `totals` points to is read until
 * the region closes. */
void functions_start(unsigned cpu, uint64_t rip, struct totals totals);

/* During an instruction: it made this branch. */
void functions_branch(unsigned cpu, enum branch_kind kind);
void functions_interrupt_return(unsigned cpu);

/* The instruction ended (or an iteration of it), the next is at `rip`; `rsp` is the stack pointer now. */
void functions_instruction_ends(unsigned cpu, uint64_t rip, uint64_t rsp);

/* An interrupt or exception is being delivered; and the instruction at `rip` starts, maybe a handler's first. */
void functions_delivery(unsigned cpu);
void functions_instruction_starts(unsigned cpu, uint64_t rip);

/* The region closes: writes its `!function` lines (docs/records.md). */
void functions_write(unsigned cpu, uint32_t region);

/* For a trace: the name of the function that events of this moment are charged to. */
const char *functions_name(unsigned cpu);
