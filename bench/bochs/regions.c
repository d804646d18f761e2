/* SPDX-License-Identifier: MIT */
#include "bench/bochs/regions.h"

#include <string.h>

#include "bench/bochs/functions.h"
#include "bench/bochs/irq_off.h"
#include "bench/bochs/measure/measure.h"
#include "bench/bochs/model/model.h"
#include "bench/bochs/nested.h"
#include "bench/bochs/output.h"
#include "bench/bochs/region_internal.h"
#include "bench/bochs/repeat.h"
#include "bench/bochs/rip.h"
#include "bench/bochs/shadow.h"
#include "bench/bochs/trace.h"
#include "bench/protocol/marks.h"

enum { PREFETCH_NTA = 0 }; /* Bochs's code for PREFETCHNTA */

enum { NO_IRQ = -1, VECTOR_NMI = 2 };

/* Flags of the marker BEGIN. */
enum { BEGIN_KERNEL = (uint32_t)MARK_BEGIN_KERNEL, BEGIN_IRQ_OFF = (uint32_t)MARK_BEGIN_IRQ_OFF };

enum { REGISTER_RCX = 1, REGISTER_RSP = 4 };

enum { CHASE_ITERATIONS = 64 };

struct region regions[MAX_CPUS];
struct entry_window entry_windows[MAX_CPUS];
static unsigned open_regions;
static bool chasing; /* see chase() */
static void (*tell_change)(bool open);
static struct model *model; /* may be NULL */
static bool traces_walks;   /* trace Bochs's own page walks, since there is no model */

static bool attributes(const struct region *region)
{
	return functions_wanted() && region->open && !region->irq_off;
}

static struct irq_off_moment moment_of(unsigned cpu)
{
	return (struct irq_off_moment){ .rip = *rip_of[cpu],
		                        .rsp = registers_of(cpu)[REGISTER_RSP],
		                        .on = *flags_of[cpu] & FLAGS_IF };
}

void regions_open(void (*tell)(bool open), struct model *use)
{
	tell_change = tell;
	model = use;
	region_trace_open(model);
	region_control_open(model);
	region_measure_open(model);
	traces_walks = !model && trace_wanted();
	for (unsigned cpu = 0; cpu < MAX_CPUS; cpu++)
		regions[cpu].begin_on_irq = NO_IRQ;
}

/* Tells the model whether events at this moment count. Returns the model. */
static inline __attribute__((always_inline)) struct model *told(struct model *use, struct region *region,
                                                                unsigned cpu)
{
	bool counts = counts_now(region, cpu);

	model_counts(use, cpu, counts);
	trace_fetch_walk(region, cpu, counts);
	return use;
}

void region_drop(struct region *region)
{
	region->begin_on_irq = NO_IRQ;
	region->at_start = 0;
	region->continuing = false;
	if (!region->open)
		return;
	region->open = false;
	if (model)
		model_stop(model, (unsigned)(region - regions));
	if (--open_regions == 0 && !model) {
		chasing = false;
		tell_change(false);
	}
}

/* Opens a region with the flags of the marker BEGIN. In a nested machine (nested.h), events are
 * counted even if the flags ask for the time with interrupts off. */
void region_open(struct region *region, uint32_t flags, uint64_t rip)
{
	unsigned cpu = (unsigned)(region - regions);

	shadow_start(cpu);
	nested_region_opens(cpu);
	memset(region->counts, 0, sizeof region->counts);
	region->new_reads = region->new_writes = 0;
	region->walked = false;
	if (model)
		model_start(model, cpu);
	region->begin_on_irq = NO_IRQ;
	region->only = (flags & BEGIN_KERNEL ? ONLY_KERNEL : 0) | (nested_wanted() ? ONLY_GUEST : 0);
	region->irq_off = flags & BEGIN_IRQ_OFF && !nested_wanted();
	region->executing = false; /* the marker itself is not in the region */
	region->delivering = region->continuing = false;
	fetch_loads[cpu] = 0;
	region->at_start |= (functions_wanted() ? START_IN_FUNCTION : 0) |
	                    (nested_wanted() ? START_OF_GUEST : 0) | (region->irq_off ? START_IRQ_OFF : 0);
	if (region->irq_off) {
		flags_check(cpu, 0);
		irq_off_start(cpu);
	} else if (functions_wanted() && !measure_wanted())
		functions_start(cpu, rip,
		                (struct totals){ .counts = region->counts,
		                                 .model = model ? model_read(model, cpu) : NULL });
	if (region->open)
		return;
	region->open = true;
	if (open_regions++ == 0)
		tell_change(true);
}

static void close_region(struct region *region)
{
	if (!region->open)
		return;
	if (attributes(region))
		functions_write((unsigned)(region - regions), region->id);
	if (region->irq_off)
		irq_off_write((unsigned)(region - regions), region->id);
	region_write(region, model);
	region_drop(region);
	region->id = 0;
}

bool region_is_marker(unsigned hint, uint64_t address)
{
	return address >> 40 == MARK_TAG && hint == PREFETCH_NTA;
}

void region_prefetch(unsigned cpu, unsigned hint, uint64_t address)
{
	struct region *region = &regions[cpu];
	uint32_t argument = (uint32_t)address;

	if (!region_is_marker(hint, address))
		return;
	switch ((enum mark_operation)MARK_OPERATION(address)) {
	case MARK_OP_REGION:
		if (model)
			tell_change(true);
		region_drop(region);
		region->id = argument;
		break;
	case MARK_OP_BEGIN:
		region_open(region, argument, *rip_of[cpu]);
		break;
	case MARK_OP_END:
		close_region(region);
		break;
	case MARK_OP_BEGIN_ON_IRQ:
		region->begin_on_irq = (int)(argument & 0xFF);
		break;
	case MARK_OP_END_AT:
		region->end_at = (uint64_t)(int64_t)(int32_t)argument;
		region->at_start |= START_AT_END;
		break;
	case MARK_OP_END_IN_USER:
		region->entered = false;
		region->at_start |= START_IN_USER;
		break;
	case MARK_OP_WINDOW_LOW:
		entry_windows[cpu].low = argument;
		break;
	case MARK_OP_WINDOW:
		/* the address is canonical: all bits above bit 47 are equal to bit 47 */
		entry_windows[cpu].base =
		        (uint64_t)(int64_t)(int16_t)(argument & 0xffff) << 32 | entry_windows[cpu].low;
		entry_windows[cpu].bytes = (uint64_t)(argument >> 16) * PAGE_BYTES;
		break;
	}
}

void region_hardware_interrupt(unsigned cpu, unsigned vector)
{
	struct region *region = &regions[cpu];

	/* In a nested machine this interrupt goes to the hypervisor, which injects interrupts into
	 * its guest. */
	if (nested_wanted())
		return;
	if (vector != VECTOR_NMI)
		flags_check(cpu, FLAGS_IF);
	if (model) {
		model_counts(model, cpu, counts_now(region, cpu));
		model_interrupt(model, cpu, vector);
	}
	if (region->begin_on_irq == (int)vector)
		region_open(region, 0, *rip_of[cpu]);
	region->counts[METRIC_INTERRUPTS] += counts_now(region, cpu);
	trace_number(region, cpu, "interrupt", *rip_of[cpu], "vector", vector);
	region->delivering = true;
	region->fault = region->continuing = false;
	settle_walks(region);
	shadow_settle(cpu);
}

void region_reset(unsigned cpu)
{
	if (model && !model_reset(model, cpu))
		output_fail(1, "no memory for the model's caches");
	region_drop(&regions[cpu]);
}

/* The most frequent events have two versions, so that the version without a model touches none of
 * the model's data. */
#define EACH_TIME static inline __attribute__((always_inline)) void

/* Not inlined: most instructions need none of these checks. */
static __attribute__((noinline)) void start_watched(struct region *region, unsigned cpu)
{
	if (region->at_start & START_OF_GUEST && nested_in_hypervisor(cpu)) {
		region->executing = false;
		return;
	}
	if (region->at_start & (START_AT_RETURN | START_RETURNED))
		measure_instruction_starts(cpu, region->start);
	if (region->at_start & START_AT_END && region->start == region->end_at)
		close_region(region);
	if (region->at_start & START_IN_USER && region->open && in_kernel_half(cpu, region->start))
		region->entered = true;
	else if (region->at_start & START_IN_USER && region->entered)
		close_region(region);
	if (region->irq_off && region->open)
		irq_off_instruction_starts(cpu, moment_of(cpu));
	if (region->at_start & START_IN_FUNCTION && attributes(region)) {
		functions_instruction_starts(cpu, region->start);
		region->at_start &= (uint8_t)~START_IN_FUNCTION;
	}
}

EACH_TIME instruction_starts(struct model *use, unsigned cpu)
{
	struct region *region = &regions[cpu];
	const uint64_t rip = *rip_of[cpu];

	region->executing = true;
	region->repeating = false;
	shadow_settle(cpu);
	if (region->continuing && rip == region->start) {
		last_iteration[cpu].accesses = 0;
		return;
	}
	region->start = rip;
	region->continuing = region->delivering = region->fault = false;
	if (use) {
		fetch_loads[cpu] = 0;
		model_instruction_starts(use, cpu, rip, registers_of(cpu));
	}
	if (region->at_start && (region->at_start != START_AT_RETURN || measure_may_return(cpu, rip)))
		start_watched(region, cpu);
}

/*
 * If there is no model and no region is open, this file receives no events except iterations of
 * REP. A REP with many iterations starts a chase, which lasts until the REP has ended.
 * During a chase all events are reported, so that the iterations can be executed in bulk.
 */
static void chase(unsigned cpu)
{
	if (open_regions || chasing || !rip_of[cpu] || rip_several_cpus() || !output_wanted() ||
	    !repeat_wanted() || registers_of(cpu)[REGISTER_RCX] < CHASE_ITERATIONS)
		return;
	chasing = true;
	regions[cpu].repeating = true; /* the start of the instruction was not reported */
	tell_change(true);
}

/* Called after an instruction that is not a REP. */
static void end_chase(void)
{
	chasing = false;
	if (!open_regions)
		tell_change(false);
}

EACH_TIME instruction_ends(struct model *use, unsigned cpu, const void *instruction)
{
	struct region *region = &regions[cpu];
	/* Bochs leaves a REP instruction after each iteration and comes back for the next one. */
	bool complete = !region->repeating || *rip_of[cpu] != region->start;
	bool counts;

	if (!complete && region->continuing) {
		if (region->open) {
			region->executing = false;
			settle_walks(region);
			if (region->irq_off)
				irq_off_instruction_ends(cpu, region->start, moment_of(cpu));
		}
		region_repeat(use, region, cpu, instruction);
		return;
	}
	counts = region->open && region->executing &&
	         (!(region->only & ONLY_KERNEL) || in_kernel_half(cpu, region->start));
	if (use) {
		model_counts(use, cpu, counts);
		trace_fetch_walk(region, cpu, counts);
		model_instruction_ends(use, cpu, complete);
	}
	region->continuing = !complete && !(region->at_start & START_OF_GUEST);
	if (!region->open || !region->executing) {
		if (!use && chasing && !region->repeating)
			end_chase();
		return;
	}
	region->executing = false;
	settle_walks(region);
	region->counts[METRIC_INSTRUCTIONS] += complete && counts;
	if (region->irq_off)
		irq_off_instruction_ends(cpu, region->start, moment_of(cpu));
	else if (functions_must_follow(cpu, *rip_of[cpu]))
		functions_instruction_ends(cpu, *rip_of[cpu], registers_of(cpu)[REGISTER_RSP]);
}

EACH_TIME repeat_iteration(struct model *use, unsigned cpu)
{
	struct region *region = &regions[cpu];

	region->repeating = true;
	last_iteration[cpu].counts = counts_now(region, cpu);
	region->counts[METRIC_REP_ITERATIONS] += last_iteration[cpu].counts;
	if (use)
		model_repeat_iterations(told(use, region, cpu), cpu, 1);
}

/* Not inlined: most accesses need no page walk. */
static __attribute__((noinline)) void access_after_walk(struct region *region, unsigned cpu, uint64_t linear,
                                                        unsigned length)
{
	settle_walks(region);
	if (!nested_wanted())
		region->counts[METRIC_WALK_READS] -= shadow_data_access(cpu, linear, length);
}

EACH_TIME data_access(struct model *use, unsigned cpu, uint64_t linear, uint64_t physical, unsigned length,
                      bool write)
{
	struct region *region = &regions[cpu];

	if (region->continuing)
		region_note_access(cpu, linear, physical, length, write);
	if (use)
		model_data_access(told(use, region, cpu), cpu, linear, physical, length, write);
	if (!region->open)
		return;
	region->counts[METRIC_DATA_ACCESSES] += counts_now(region, cpu);
	if (region->walked || !shadow_holds(cpu, linear))
		access_after_walk(region, cpu, linear, length);
}

void region_instruction_starts(unsigned cpu)
{
	instruction_starts(NULL, cpu);
}

void region_instruction_ends(unsigned cpu, const void *instruction)
{
	instruction_ends(NULL, cpu, instruction);
}

void region_repeat_iteration(unsigned cpu)
{
	if (regions[cpu].open || chasing)
		repeat_iteration(NULL, cpu);
	else
		chase(cpu);
}

void region_data_access(unsigned cpu, uint64_t linear, uint64_t physical, unsigned length, bool write)
{
	data_access(NULL, cpu, linear, physical, length, write);
}

void region_instruction_starts_modelled(unsigned cpu)
{
	instruction_starts(model, cpu);
}

void region_instruction_ends_modelled(unsigned cpu, const void *instruction)
{
	instruction_ends(model, cpu, instruction);
}

void region_repeat_iteration_modelled(unsigned cpu)
{
	repeat_iteration(model, cpu);
}

void region_data_access_modelled(unsigned cpu, uint64_t linear, uint64_t physical, unsigned length,
                                 bool write)
{
	data_access(model, cpu, linear, physical, length, write);
}

void region_walk_access(unsigned cpu, uint64_t physical, bool write)
{
	struct region *region = &regions[cpu];
	bool counts = counts_now(region, cpu);

	if (!region->open)
		return;
	region->walked = true;
	if (traces_walks)
		trace_number(region, cpu, write ? "walk-write" : "walk-read", physical, "entry",
		             physical >> 3 & 511);
	if (write)
		region->new_writes += counts;
	else
		region->new_reads += counts;
	if (nested_wanted())
		return;
	if (write)
		shadow_walk_write(cpu);
	else
		shadow_walk_read(cpu, physical, counts);
}

void region_exception(unsigned cpu, unsigned vector)
{
	struct region *region = &regions[cpu];

	if (nested_in_hypervisor(cpu))
		return;
	trace_number(region, cpu, "exception", region->start, "vector", vector);
	region->counts[METRIC_EXCEPTIONS] += counts_now(region, cpu);
	region->delivering = region->fault = true;
	region->continuing = false;
	settle_walks(region);
	shadow_exception(cpu);
}

/* Called for every delivery. For an exception or external interrupt, region_exception() or
 * region_hardware_interrupt() was called first. For a software interrupt only this function is
 * called. The software interrupts INT1, INT3 and INTO count as exceptions. */
void region_interrupt(unsigned cpu, unsigned vector)
{
	struct region *region = &regions[cpu];

	if (nested_in_hypervisor(cpu))
		return;
	if (!region->delivering && (vector == 1 || vector == 3 || vector == 4))
		region->counts[METRIC_EXCEPTIONS] += counts_now(region, cpu);
	if (attributes(region)) {
		functions_delivery(cpu);
		region->at_start |= START_IN_FUNCTION;
	}
	if (model && nested_wanted()) /* a VM entry may have changed the ring */
		model_ring(model, cpu, !in_kernel_half(cpu, *rip_of[cpu]));
	if (model)
		model_delivery(told(model, region, cpu), cpu,
		               region->delivering && region->fault ? DELIVERY_FAULT : DELIVERY_INTERRUPT);
	region->delivering = region->continuing = false;
}

void region_conditional_branch(unsigned cpu, uint64_t from, bool taken)
{
	model_conditional_branch(told(model, &regions[cpu], cpu), cpu, from, taken);
}

void region_branch(unsigned cpu, enum branch_kind kind, uint64_t from, uint64_t to)
{
	if (attributes(&regions[cpu])) {
		functions_branch(cpu, kind);
		regions[cpu].at_start |= START_IN_FUNCTION;
	}
	if (model)
		model_branch(told(model, &regions[cpu], cpu), cpu, kind, from, to);
}

void region_interrupt_return(unsigned cpu)
{
	if (attributes(&regions[cpu])) {
		functions_interrupt_return(cpu);
		regions[cpu].at_start |= START_IN_FUNCTION;
	}
}
