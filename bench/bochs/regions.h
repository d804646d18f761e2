/* SPDX-License-Identifier: MIT */
/*
 * Regions: which events count, and towards what.
 *
 * Each CPU has at most one region, opened and closed by the markers that this CPU executes (docs/records.md).
 * Counting is exact at both ends:
 *  - BEGIN: from the end of the marker, so the fetch of the next instruction is in the region. A BEGIN in an open
 *    region starts it afresh.
 *  - BEGIN_ON_IRQ: from the delivery of the interrupt, so the interrupt itself and the reads, pushes and page walks
 *    of its delivery are in the region. The flag of an earlier BEGIN does not apply: everything counts.
 *  - END, END_AT: up to the end of the previous instruction, or of the delivery that led here. The fetch of the
 *    closing instruction is not in the region.
 * Closing a region writes its `!count` line, forgets its id, and disarms END_AT. Until the next REGION the id is 0.
 *
 * The functions below are called with the events of Bochs; those in the first group whether or not a region is
 * open, the others only after the change to true was told.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "bench/bochs/model/branches.h"

struct model;

/* True while a region is open on any CPU: told at each change. With a model, which may be NULL and gets every event told
 * here: true from the first REGION marker on, for good, so that its caches and TLBs are as warm as a processor's. Control
 * registers and resets have to be told from the start then. */
void regions_open(void (*tell)(bool open), struct model *use);

/* Whether a prefetch is a marker. */
bool region_is_marker(unsigned hint, uint64_t address);

void region_prefetch(unsigned cpu, unsigned hint, uint64_t address);
void region_hardware_interrupt(unsigned cpu, unsigned vector);
void region_reset(unsigned cpu);

void region_instruction_starts(unsigned cpu);
void region_instruction_ends(unsigned cpu);
void region_repeat_iteration(unsigned cpu);
void region_data_access(unsigned cpu, uint64_t linear, unsigned length);
void region_walk_access(unsigned cpu, uint64_t physical, bool write);
void region_tlb_control(unsigned cpu, unsigned what, uint64_t value);
void region_exception(unsigned cpu, unsigned vector);
void region_interrupt(unsigned cpu, unsigned vector);

/* The same with a model. */
void region_instruction_starts_modelled(unsigned cpu);
void region_instruction_ends_modelled(unsigned cpu);
void region_repeat_iteration_modelled(unsigned cpu);
void region_data_access_modelled(unsigned cpu, uint64_t linear, uint64_t physical, unsigned length,
                                 bool write);

/* Branches; only a model and the functions need them. */
void region_conditional_branch(unsigned cpu, uint64_t from, bool taken);
void region_branch(unsigned cpu, enum branch_kind kind, uint64_t from, uint64_t to);
void region_interrupt_return(unsigned cpu);
