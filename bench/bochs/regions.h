/* SPDX-License-Identifier: MIT */
/*
 * Regions: which events count, and in which region.
 *
 * Each CPU has at most one region, opened and closed by the markers that this CPU executes
 * (docs/records.md). Counting is exact at both ends:
 * - BEGIN: from the end of the marker, so the fetch of the next instruction is in the region. BEGIN
 *   in an open region starts it afresh.
 * - BEGIN_ON_IRQ: from the delivery of the interrupt, so the interrupt itself and the reads, pushes
 *   and page walks of its delivery are in the region. Everything counts, even if an earlier BEGIN
 *   restricted its region to the kernel.
 * - END, END_AT, END_IN_USER: up to the end of the instruction or delivery that precedes the
 *   closing instruction. The fetch of the closing instruction is not in the region.
 * Closing a region writes its `!count` line, resets its id to 0 until the next REGION, and disarms
 * END_AT and END_IN_USER.
 *
 * The functions below are called for Bochs's events. The functions of the first group, and
 * region_repeat_iteration(), are called even if no region is open. All other functions are called
 * only between tell(true) and tell(false).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "bench/bochs/model/branches.h"

struct model;
struct call_counts;
struct functions_stack;

/* Calls tell(true) when the first region opens and tell(false) when the last one closes. If a REP
 * outside of all regions has many iterations (repeat.h), also calls tell(true) when the REP begins
 * and tell(false) when it has ended. `use` is the model, or NULL. A model needs every event, so
 * that its caches and TLBs are as warm as a processor's. With a model, tell(true) is therefore
 * called at every REGION marker, and tell(false) never. Control-register writes, resets and
 * deliveries must then be reported from the start of the run. */
void regions_open(void (*tell)(bool open), struct model *use);

/* Returns true if this prefetch is a marker. */
bool region_is_marker(unsigned hint, uint64_t address);

void region_prefetch(unsigned cpu, unsigned hint, uint64_t address);
void region_hardware_interrupt(unsigned cpu, unsigned vector);
void region_reset(unsigned cpu);

void region_instruction_starts(unsigned cpu);
void region_instruction_ends(unsigned cpu, const void *instruction); /* Bochs's bxInstruction_c */
void region_repeat_iteration(unsigned cpu);
void region_data_access(unsigned cpu, uint64_t linear, uint64_t physical, unsigned length, bool write);
void region_walk_access(unsigned cpu, uint64_t physical, bool write);
void region_tlb_control(unsigned cpu, unsigned what, uint64_t value);
void region_exception(unsigned cpu, unsigned vector);
void region_interrupt(unsigned cpu, unsigned vector);

/* In a run with a model, these functions are called in place of their counterparts without
 * `_modelled`. */
void region_instruction_starts_modelled(unsigned cpu);
void region_instruction_ends_modelled(unsigned cpu, const void *instruction);
void region_repeat_iteration_modelled(unsigned cpu);
void region_data_access_modelled(unsigned cpu, uint64_t linear, uint64_t physical, unsigned length,
                                 bool write);

/* Branches. Only a model and the attribution to functions need them. */
void region_conditional_branch(unsigned cpu, uint64_t from, bool taken);
void region_branch(unsigned cpu, enum branch_kind kind, uint64_t from, uint64_t to);
void region_interrupt_return(unsigned cpu);

/* The counts of a kernel without markers (measure/measure.h). `use` is the model, or NULL. */
void region_measure_open(struct model *use);

/* Starts to count on this CPU. If `executing` is true, the instruction at `rip` executes now, and
 * is the first thing counted. Otherwise the first thing counted is the event that is being
 * reported. If this CPU counts already, only adds the page walk that fetched the instruction to the
 * counts, so that the walk is not part of what is measured from here on. region_counts_stop() stops
 * counting. */
void region_counts_start(unsigned cpu, uint64_t rip, bool executing);
void region_counts_stop(unsigned cpu);

/* region_counts_read() reads the counts since region_counts_start(). region_counts_write() writes a
 * `!count` line with the counts that it is given. */
void region_counts_read(unsigned cpu, struct call_counts *counts);
void region_counts_write(uint32_t id, uint64_t call, const struct call_counts *counts);

/* Starts the attribution of a call to functions (functions_call_begins() says what the arguments
 * are). Returns NULL if functions are not attributed. */
struct functions_stack *region_call_begins(unsigned cpu, uint64_t rip, bool delivered, uint64_t skipped);

/* Sets the region in the lines of the trace from now on. */
void region_trace_as(unsigned cpu, uint32_t id);

/* Makes measure_instruction_starts() be called at the start of the next instruction. That function
 * must then call region_return_seen(). */
void region_returned(unsigned cpu);
void region_return_seen(unsigned cpu);

/* Returns true if the instruction at `rip` is a REP that has executed iterations. */
bool region_repeats(unsigned cpu, uint64_t rip);

/* Returns true if the instruction at `rip` has started in the region and has not ended. */
bool region_executes(unsigned cpu, uint64_t rip);

/* Returns true if an instruction of the region has started and has not ended. */
bool region_in_instruction(unsigned cpu);

/* Tells the cycle model, if there is one, whether the CPU executes 32-bit code outside of long mode from
 * now on. */
void region_mode32(unsigned cpu, bool mode32);

/* Returns true if there is a cycle model. */
bool region_counts_cycles(void);

/* Returns the number of instructions completed since region_counts_start(). */
uint64_t region_completed(unsigned cpu);
