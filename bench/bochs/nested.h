/* SPDX-License-Identifier: MIT */
/*
 * Nested machines: a hypervisor (KVM) runs in Bochs with emulated VMX, and its guest marks the
 * regions. With PALIMPSEST_NESTED=1 in the environment, an event counts only while the guest
 * executes, not while the hypervisor does. The library follows Bochs's reports of VM exits and
 * context switches to know which of the two executes.
 *
 * walk_reads then counts all reads of paging structures that Bochs makes while the guest runs. With
 * EPT, Bochs reads the guest's own tables and, for each such read, the EPT tables. Without EPT, it
 * reads the hypervisor's shadow tables. The repeated walks described in metrics.h count too.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Reads PALIMPSEST_NESTED from the environment. */
void nested_open(void);

/* Returns true if PALIMPSEST_NESTED is 1. */
bool nested_wanted(void);

/*
 * Notes that a region opens on this CPU, and sets the CPU's number of VM exits to 0. At this moment
 * the guest executes: the marker that opens a region is an instruction of the guest.
 */
void nested_region_opens(unsigned cpu);

/* Notes that a VM exit begins: from here on the hypervisor executes. */
void nested_exit(unsigned cpu);

/* Notes that Bochs switched contexts. This is the last step of a VM exit if one has begun,
 * otherwise of a VM entry. */
void nested_context_switch(unsigned cpu);

/* Returns true while the hypervisor executes, and always false without PALIMPSEST_NESTED. */
bool nested_in_hypervisor(unsigned cpu);

/* Returns the number of VM exits since the region opened. */
uint64_t nested_exits(unsigned cpu);
