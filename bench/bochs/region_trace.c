/* What of a region goes into the event trace. */
#include "bench/bochs/region.h"

#include <inttypes.h>
#include <stdio.h>

#include "bench/bochs/functions.h"
#include "bench/bochs/trace.h"

unsigned traced_cpu;

static struct model *model; /* or NULL */

/* A line of the trace, for an event that counts. */
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

void trace_fetch_walk(struct region *region, unsigned cpu, bool counts)
{
	char detail[48];

	if (!region->fetch_walked)
		return;
	region->fetch_walked = false;
	if (!counts)
		return;
	snprintf(detail, sizeof detail, "loads=%u", region->fetch_loads);
	trace(region, cpu, "walk-code", region->start, detail);
}

/* Whether an event of this moment goes into the trace. */
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

static void model_walked(uint64_t linear, enum side side, unsigned loads)
{
	struct region *region = &regions[traced_cpu];

	if (side == SIDE_DATA) {
		trace_number(region, traced_cpu, "walk-data", linear, "loads", loads);
	} else if (region->open) {
		region->fetch_walked = true;
		region->fetch_loads = loads;
	}
}

void region_trace_open(struct model *use)
{
	model = use;
	if (model && trace_wanted())
		model_watch(model, model_walked);
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
