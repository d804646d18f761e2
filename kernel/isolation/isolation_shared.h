/* SPDX-License-Identifier: MIT */
/* shared: a root has one PML4. isolation/isolation.h specifies these functions. */
#pragma once

static inline uint64_t isolation_cr3(const struct root *root)
{
	return pcid_load(root->kernel);
}

static inline void isolation_switch(const struct root *root)
{
	write_cr3(isolation_cr3(root));
}

static inline void isolation_set_call_entry(const char *entry)
{
	write_msr(MSR_LSTAR, (uintptr_t)entry);
}

#define ISOLATION_USES_PCIDS  true
#define ISOLATION_ABOVE_FRAME 0

static inline uintptr_t isolation_linked_address(uintptr_t address)
{
	return address;
}

static inline uintptr_t isolation_entry_address(uintptr_t address)
{
	return address;
}
