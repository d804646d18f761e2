/* SPDX-License-Identifier: MIT */
/* The representation of a region, private to regions.c and the files region_*.c. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "bench/bochs/entry_window.h"
#include "bench/bochs/metrics.h"
#include "bench/bochs/model/model.h"
#include "bench/bochs/nested.h"
#include "bench/bochs/repeat.h"
#include "bench/bochs/rip.h"

/* Bochs's codes of TLB control. */
enum {
	TLB_CR0_WRITE = 10,
	TLB_CR3_WRITE = 11,
	TLB_CR4_WRITE = 12,
	TLB_CONTEXT_SWITCH = 14,
	TLB_INVLPG = 15,
	TLB_INVPCID = 18
};

/* Restrictions on the events that count in a region. */
enum { ONLY_KERNEL = 1 << 0, ONLY_GUEST = 1 << 1 };

/* Checks to make when an instruction starts: Is its address `end_at`? Which function is it in, if
 * it follows a delivery or a branch? Does the guest execute it? Is it in user mode, after kernel
 * code has run in the region (`entered`)? Are interrupts off? Does a measured call end here,
 * because this is its return address, or because the previous instruction was IRET or SYSRET? */
enum {
	START_AT_END = 1 << 0,
	START_IN_FUNCTION = 1 << 1,
	START_OF_GUEST = 1 << 2,
	START_IN_USER = 1 << 3,
	START_IRQ_OFF = 1 << 4,
	START_AT_RETURN = 1 << 5, /* only if measure_may_return() */
	START_RETURNED = 1 << 6
};

/* Aligned so that every event finds its region by a shift. */
struct region {
	_Alignas(128) uint64_t counts[METRIC_COUNT];
	/* Reads and writes of page walks that are not in `counts` yet, because the walks may belong
	 * to the fetch of the closing instruction. */
	uint64_t new_reads;
	uint64_t new_writes;
	uint64_t start; /* RIP of the instruction that is being executed */
	uint64_t end_at;
	uint32_t id;
	int begin_on_irq;
	bool open;
	bool irq_off; /* measures the time with interrupts off (irq_off.h) instead of counting */
	uint8_t only;
	uint8_t at_start;
	bool entered;    /* kernel-half code has run in the region; set only with START_IN_USER */
	bool walked;     /* there were page walks, counted or not, since the last settle_walks() */
	bool executing;  /* an instruction started in the region and has not ended */
	bool repeating;  /* the current instruction is a REP and has made an iteration */
	bool delivering; /* an exception or external interrupt awaits its delivery */
	bool fault;      /* with `delivering`: it is an exception */
	/* The last instruction was an iteration of a REP that has more iterations, and nothing else
	 * happened since. If the same instruction starts again, no check can find anything new. */
	bool continuing;
};

extern struct region regions[MAX_CPUS];

/* Number of loads of the page walk that the model made to fetch the current instruction; 0 without
 * such a walk. The first event after the walk shows whether the walk counts, and sets this number
 * to 0. */
extern unsigned fetch_loads[MAX_CPUS];

enum { GENERAL_REGISTERS = 16 }; /* just before RIP in Bochs's object */

static inline const uint64_t *registers_of(unsigned cpu)
{
	return rip_of[cpu] - GENERAL_REGISTERS;
}

/* Returns true if an event at this moment counts in a region with restrictions (`only`). */
static inline bool counts_in_part(const struct region *region, unsigned cpu)
{
	return !nested_in_hypervisor(cpu) &&
	       (!(region->only & ONLY_KERNEL) || in_kernel_half(cpu, *rip_of[cpu]));
}

/* Returns true if an event of the CPU at this moment counts. */
static inline bool counts_now(const struct region *region, unsigned cpu)
{
	return region->open && (!region->only || counts_in_part(region, cpu));
}

/* Each CPU's last iteration of a REP, while its region is `continuing`. */
extern struct repeat_iteration last_iteration[MAX_CPUS];

/* Adds an access to the iteration that is being executed. */
void region_note_access(unsigned cpu, uint64_t linear, uint64_t physical, unsigned length, bool write);

/* Called after an iteration of a REP while the region is `continuing`. Executes as many of the next
 * iterations as can be executed in bulk, and counts them. `model` may be NULL; `instruction` is
 * Bochs's bxInstruction_c. */
void region_repeat(struct model *model, struct region *region, unsigned cpu, const void *instruction);

/* Writes the `!count` line. `model` may be NULL. */
void region_write(const struct region *region, const struct model *model);

/* Writes the `!count` line of one call of a measured function. `counts` are METRIC_COUNT numbers;
 * `model` may be NULL. */
void region_write_call(uint32_t id, uint64_t call, const uint64_t *counts, const struct model_counts *model);

/* Opens the CPU's region with the flags of the marker BEGIN; `rip` is the address of its first
 * instruction. region_drop() closes it without a line. */
void region_open(struct region *region, uint32_t flags, uint64_t rip);
void region_drop(struct region *region);

/* Counts the page walks so far: they were not for the fetch of the closing instruction. */
static inline void settle_walks(struct region *region)
{
	if (!region->walked)
		return;
	region->counts[METRIC_WALK_READS] += region->new_reads;
	region->counts[METRIC_WALK_WRITES] += region->new_writes;
	region->new_reads = region->new_writes = 0;
	region->walked = false;
}

/* Makes region_tlb_control() report to the model `use`, which may be NULL. */
void region_control_open(struct model *use);

/* Makes the model `use`, which may be NULL, report its page walks to the trace. */
void region_trace_open(struct model *use);

/* Called at the first event after the fetch of an instruction; `counts` is true if this event
 * counts. If the event counts, the walk that the fetch made counts too (as in the model), and is
 * traced. trace_fetch_walk() does nothing if there was no such walk; trace_waiting_walk() requires
 * one. */
void trace_waiting_walk(struct region *region, unsigned cpu, bool counts);

static inline void trace_fetch_walk(struct region *region, unsigned cpu, bool counts)
{
	if (fetch_loads[cpu])
		trace_waiting_walk(region, cpu, counts);
}

/* Trace an event if it counts at this moment. trace_number() adds the detail NAME=NUMBER;
 * trace_flush() is for TLB control, with Bochs's code `what`. */
void trace_number(struct region *region, unsigned cpu, const char *event, uint64_t address, const char *name,
                  uint64_t number);
void trace_flush(struct region *region, unsigned cpu, unsigned what, uint64_t value);
