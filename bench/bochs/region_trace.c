/* SPDX-License-Identifier: MIT */
/* Writes the events of a region to the event trace. */
#include "bench/bochs/region_internal.h"

#include <inttypes.h>
#include <stdio.h>

#include "bench/bochs/functions.h"
#include "bench/bochs/trace.h"

unsigned fetch_loads[MAX_CPUS];

static struct model *model; /* may be NULL */

/* Writes a line of the trace, for an event that counts. */
static void trace(const struct region *region, unsigned cpu, const char *event, uint64_t address,
                  const char *detail)
{
	trace_event(&(struct trace_moment){ .region = region->id,
	                                    .cpu = cpu,
	                                    .instructions = region->counts[METRIC_INSTRUCTIONS],
	                                    .cycles = model ? model_read(model, cpu)->cycles.of[SET_NOMINAL] /
	                                                              CYCLE
	                                                    : 0,
	                                    .function = functions_wanted() ? functions_name(cpu) : "-" },
	            event, address, detail);
}

void trace_waiting_walk(struct region *region, unsigned cpu, bool counts)
{
	unsigned loads = fetch_loads[cpu];
	char detail[48];

	fetch_loads[cpu] = 0;
	if (!counts)
		return;
	snprintf(detail, sizeof detail, "loads=%u", loads);
	trace(region, cpu, "walk-code", region->start, detail);
}

/* Returns true if an event at this moment goes into the trace. */
static bool traces(struct region *region, unsigned cpu)
{
	if (!trace_wanted() || !counts_now(region, cpu))
		return false;
	trace_fetch_walk(region, cpu, true);
	return true;
}

void trace_number(struct region *region, unsigned cpu, const char *event, uint64_t address, const char *name,
                  uint64_t number)
{
	char detail[48];

	if (!traces(region, cpu))
		return;
	snprintf(detail, sizeof detail, "%s=%" PRIu64, name, number);
	trace(region, cpu, event, address, detail);
}

static void trace_walk(unsigned cpu, uint64_t linear, enum side side, unsigned loads)
{
	struct region *region = &regions[cpu];

	if (side == SIDE_DATA)
		trace_number(region, cpu, "walk-data", linear, "loads", loads);
	else if (region->open)
		fetch_loads[cpu] = loads;
}

void region_trace_open(struct model *use)
{
	model = use;
	if (model && trace_wanted())
		model_watch(model, trace_walk);
}

void trace_flush(struct region *region, unsigned cpu, unsigned what, uint64_t value)
{
	const char *event = what == TLB_CR0_WRITE   ? "cr0"
	                    : what == TLB_CR3_WRITE ? "cr3"
	                    : what == TLB_CR4_WRITE ? "cr4"
	                    : what == TLB_INVLPG    ? "invlpg"
	                    : what == TLB_INVPCID   ? "invpcid"
	                                            : NULL;

	if (!event || !traces(region, cpu))
		return;
	trace(region, cpu, event, value,
	      what == TLB_INVLPG    ? "page"
	      : what == TLB_INVPCID ? "type"
	                            : "value");
}
