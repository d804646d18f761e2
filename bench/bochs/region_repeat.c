/* SPDX-License-Identifier: MIT */
/* Counts the iterations of REP that are executed in bulk (repeat.h). */
#include "bench/bochs/irq_off.h"
#include "bench/bochs/region_internal.h"
#include "bench/bochs/repeat.h"
#include "bench/bochs/shadow.h"
#include "bench/bochs/trace.h"

struct repeat_iteration last_iteration[MAX_CPUS];

void region_note_access(unsigned cpu, uint64_t linear, uint64_t physical, unsigned length, bool write)
{
	struct repeat_iteration *last = &last_iteration[cpu];

	if (last->accesses++ < REPEAT_ACCESSES)
		last->access[last->accesses - 1] = (struct repeat_access){
			.linear = linear, .physical = physical, .length = length, .write = write
		};
}

/* Returns true if one more iteration, with accesses to the same lines, would need no page walk that
 * counts, and the model would charge it nothing beyond the price of an iteration. A walk that Bochs
 * repeats for a page in the shadow TLB does not count. */
static bool is_steady(const struct model *model, const struct region *region, unsigned cpu,
                      const struct repeat_iteration *last)
{
	for (unsigned i = 0; i < last->accesses; i++) {
		const struct repeat_access *access = &last->access[i];

		if (region->open && !shadow_holds(cpu, access->linear))
			return false;
		if (model && !model_holds(model, cpu, access->linear, access->physical))
			return false;
	}
	return true;
}

void region_repeat(struct model *model, struct region *region, unsigned cpu, const void *instruction)
{
	const struct repeat_iteration *last = &last_iteration[cpu];
	/* Bochs's own registers. registers_of() returns them as const; only here they are
	 * changed. */
	uint64_t *registers = (uint64_t *)(uintptr_t)registers_of(cpu);
	uint64_t count = trace_wanted() ? 0 : repeat_count(cpu, instruction, registers, last);

	if (!count || !is_steady(model, region, cpu, last) || !repeat_execute(registers, last, count))
		return;
	if (last->counts) {
		region->counts[METRIC_REP_ITERATIONS] += count;
		region->counts[METRIC_DATA_ACCESSES] += count * last->accesses;
	}
	if (region->open && region->irq_off)
		irq_off_repeats(cpu, count);
	if (model)
		model_repeat_iterations(model, cpu, count);
}
