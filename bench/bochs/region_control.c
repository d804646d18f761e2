/* SPDX-License-Identifier: MIT */
/* Counts writes of control registers and flushes of the TLB, and reports them to the model, the
 * shadow TLB and the trace. */
#include "bench/bochs/region_internal.h"
#include "bench/bochs/regions.h"
#include "bench/bochs/shadow.h"

static struct model *model; /* may be NULL */

void region_control_open(struct model *use)
{
	model = use;
}

static void control_model(unsigned cpu, unsigned what, uint64_t value)
{
	switch (what) {
	case TLB_CR0_WRITE:
		model_write_cr0(model, cpu, value);
		break;
	case TLB_CR3_WRITE:
		model_write_cr3(model, cpu, value);
		break;
	case TLB_CR4_WRITE:
		model_write_cr4(model, cpu, value);
		break;
	case TLB_INVLPG:
		model_invlpg(model, cpu, value);
		break;
	case TLB_INVPCID:
		model_invpcid(model, cpu, value);
		break;
	}
}

void region_tlb_control(unsigned cpu, unsigned what, uint64_t value)
{
	struct region *region = &regions[cpu];
	enum metric metric;

	trace_flush(region, cpu, what, value);
	if (model)
		control_model(cpu, what, value);
	if (what == TLB_CONTEXT_SWITCH)
		nested_context_switch(cpu);
	if (what == TLB_INVLPG)
		shadow_flush_page(cpu, value);
	else
		shadow_flush(cpu);

	switch (what) {
	case TLB_CR3_WRITE:
		metric = METRIC_CR3_WRITES;
		break;
	case TLB_INVLPG:
		metric = METRIC_INVLPG;
		break;
	case TLB_INVPCID:
		metric = METRIC_INVPCID;
		break;
	default:
		return;
	}
	region->counts[metric] += counts_now(region, cpu);
}
