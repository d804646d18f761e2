/* SPDX-License-Identifier: MIT */
/*
 * Nested machines: a hypervisor (KVM) runs in Bochs with emulated VMX, and the guest that marks the regions runs in
 * it. With PALIMPSEST_NESTED=1 in the environment, an event counts only while the guest executes, not while the
 * hypervisor does. The region's interrupted part is told by Bochs's reports of VM exits and of context switches.
 *
 * Then walk_reads are all reads of paging structures that Bochs makes while the guest runs: with EPT those of the
 * guest's own tables and those of the EPT tables behind each of them, without EPT those of the hypervisor's shadow
 * tables. The repeated walks that metrics.h speaks of are not taken out.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Reads the environment. */
void nested_open(void);

/* True with PALIMPSEST_NESTED=1. */
bool nested_wanted(void);

/* A region opens on this CPU, so its guest executes: a marker is the guest's own instruction. */
void nested_region_opens(unsigned cpu);

/* A VM exit begins: from here on the hypervisor executes. */
void nested_exit(unsigned cpu);

/* Bochs changed the context: the end of the VM exit before, or else of a VM entry. */
void nested_context_switch(unsigned cpu);

/* True while the hypervisor executes. False without PALIMPSEST_NESTED. */
bool nested_in_hypervisor(unsigned cpu);

/* VM exits since the region was opened. */
uint64_t nested_exits(unsigned cpu);
