/* SPDX-License-Identifier: MIT */
/* A region as it is kept, for the files that make it up: regions.c, region_line.c and region_trace.c. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "bench/bochs/metrics.h"
#include "bench/bochs/model/model.h"
#include "bench/bochs/nested.h"
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

/* What counts in a region, when that is not everything. */
enum { ONLY_KERNEL = 1 << 0, ONLY_GUEST = 1 << 1 };

/* What has to be looked at when an instruction starts: `end_at`, its function, whether it is the guest's, `entered`. */
enum { START_AT_END = 1 << 0, START_IN_FUNCTION = 1 << 1, START_OF_GUEST = 1 << 2, START_IN_USER = 1 << 3 };

/* Aligned, so that it is found by a shift: each event does so. */
struct region {
	_Alignas(128) uint64_t counts[METRIC_COUNT];
	uint64_t new_reads; /* of page walks: maybe the fetch of a closing instruction, not in `counts` yet */
	uint64_t new_writes;
	uint64_t start; /* RIP of the instruction that is being executed */
	uint64_t end_at;
	uint32_t id;
	int begin_on_irq;
	bool open;
	uint8_t only;
	uint8_t at_start;
	bool entered;    /* the kernel half was executed since the region opened; only with START_IN_USER */
	bool walked;     /* there are new page walks, in these counts or not */
	bool executing;  /* an instruction started in the region and did not end */
	bool repeating;  /* and it made an iteration */
	bool delivering; /* an exception or external interrupt was reported, its delivery not yet */
	bool fault;      /* and it was an exception */
};

extern struct region regions[MAX_CPUS];

/* What the model's walk for the instruction that started has read, when no event told yet whether that counts; else 0. */
extern unsigned fetch_loads[MAX_CPUS];

static inline bool in_kernel_half(uint64_t address)
{
	return address >> 63;
}

/* Not everything in the region counts. */
static inline bool counts_in_part(const struct region *region, unsigned cpu)
{
	return !nested_in_hypervisor(cpu) && (!(region->only & ONLY_KERNEL) || in_kernel_half(*rip_of[cpu]));
}

/* True when an event of the CPU at this moment counts. */
static inline bool counts_now(const struct region *region, unsigned cpu)
{
	return region->open && (!region->only || counts_in_part(region, cpu));
}

/* Writes the `!count` line. `model` may be NULL. */
void region_write(const struct region *region, const struct model *model);

/* Lets the model, which may be NULL, tell its walks to the trace. */
void region_trace_open(struct model *use);

/* The walk of a fetch counts with the first event after it, as in the model: `counts` tells of that event. The first of these
 * is for the case that there is such a walk. */
void trace_waiting_walk(struct region *region, unsigned cpu, bool counts);

static inline void trace_fetch_walk(struct region *region, unsigned cpu, bool counts)
{
	if (fetch_loads[cpu])
		trace_waiting_walk(region, cpu, counts);
}

/* An event with a number, and one of TLB control; each is traced if it counts at this moment. */
void trace_number(struct region *region, unsigned cpu, const char *event, uint64_t address, const char *name,
                  uint64_t number);
void trace_flush(struct region *region, unsigned cpu, unsigned what, uint64_t value);
