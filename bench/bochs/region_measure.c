/* SPDX-License-Identifier: MIT */
/* Regions of a kernel without markers: the running counts from which measure.c takes differences. */
#include <string.h>

#include "bench/bochs/functions.h"
#include "bench/bochs/measure/calls.h"
#include "bench/bochs/region_internal.h"
#include "bench/bochs/regions.h"

static struct model *model; /* may be NULL */

void region_measure_open(struct model *use)
{
	model = use;
}

void region_counts_start(unsigned cpu, uint64_t rip, bool executing)
{
	struct region *region = &regions[cpu];

	if (region->open) {
		settle_walks(region);
		return;
	}
	region_open(region, 0, rip);
	region->at_start |= START_AT_RETURN;
	if (!executing)
		return;
	/* The instruction at `rip` has been fetched. If no hook was on, this was not reported. */
	region->start = rip;
	region->executing = true;
	region->repeating = region->continuing = false;
}

void region_counts_stop(unsigned cpu)
{
	region_drop(&regions[cpu]);
}

void region_counts_read(unsigned cpu, struct call_counts *counts)
{
	memcpy(counts->counts, regions[cpu].counts, sizeof counts->counts);
	if (model)
		counts->model = *model_read(model, cpu);
}

struct functions_stack *region_call_begins(unsigned cpu, uint64_t rip, bool delivered, uint64_t skipped)
{
	const struct totals totals = { .counts = regions[cpu].counts,
		                       .model = model ? model_read(model, cpu) : NULL };

	return functions_wanted() ? functions_call_begins(cpu, rip, delivered, totals, skipped) : NULL;
}

void region_trace_as(unsigned cpu, uint32_t id)
{
	regions[cpu].id = id;
}

void region_counts_write(uint32_t id, uint64_t call, const struct call_counts *counts)
{
	region_write_call(id, call, counts->counts, model ? &counts->model : NULL);
}

void region_returned(unsigned cpu)
{
	if (regions[cpu].open)
		regions[cpu].at_start |= START_RETURNED;
}

void region_return_seen(unsigned cpu)
{
	regions[cpu].at_start &= (uint8_t)~START_RETURNED;
}

bool region_repeats(unsigned cpu, uint64_t rip)
{
	return regions[cpu].open && regions[cpu].continuing && regions[cpu].start == rip;
}

bool region_executes(unsigned cpu, uint64_t rip)
{
	return regions[cpu].executing && regions[cpu].start == rip;
}

bool region_in_instruction(unsigned cpu)
{
	return regions[cpu].open && regions[cpu].executing;
}

void region_mode32(unsigned cpu, bool mode32)
{
	if (model)
		model_mode32(model, cpu, mode32);
}

bool region_counts_cycles(void)
{
	return model;
}

uint64_t region_completed(unsigned cpu)
{
	return regions[cpu].counts[METRIC_INSTRUCTIONS];
}
