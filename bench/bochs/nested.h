/* SPDX-License-Identifier: MIT */
/*
 * Nested machines: a hypervisor (KVM) runs in Bochs with emulated VMX, and its guest marks the
 * regions. With PALIMPSEST_NESTED=1 in the environment, an event counts only while the guest
 * executes, not while the hypervisor does. Bochs's reports of VM exits and context switches tell
 * which of them executes.
 *
 * walk_reads then counts all reads of paging structures that Bochs makes while the guest runs. With
 * EPT these are reads of the guest's own tables and, for each of them, of the EPT tables; without
 * EPT, of the hypervisor's shadow tables. The repeated walks described in metrics.h are not left
 * out.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Reads the environment. */
void nested_open(void);

/* Returns true if PALIMPSEST_NESTED is 1. */
bool nested_wanted(void);

/* A region opens on this CPU. Its guest is executing, since a marker is the guest's own
 * instruction. */
void nested_region_opens(unsigned cpu);

/* A VM exit begins: from here on the hypervisor executes. */
void nested_exit(unsigned cpu);

/* Bochs switched contexts: the last step of a VM exit that began, otherwise of a VM entry. */
void nested_context_switch(unsigned cpu);

/* Returns true while the hypervisor executes, and always false without PALIMPSEST_NESTED. */
bool nested_in_hypervisor(unsigned cpu);

/* Returns the number of VM exits since the region opened. */
uint64_t nested_exits(unsigned cpu);
