/* SPDX-License-Identifier: MIT */
/*
 * Replaces kernel/x86/flush.h in the unit tests. Counts the flushes and reports them to the test
 * (cpu_flushes of x86/instructions.h).
 */
#pragma once

#include "x86/instructions.h"

static inline void write_cr3(uint64_t value)
{
	cpu_calls.cr3 = value;
	cpu_calls.write_cr3++;
	if (cpu_flushes)
		cpu_flushes(0);
}

static inline void invlpg(uintptr_t address)
{
	cpu_calls.invlpg++;
	if (cpu_flushes)
		cpu_flushes(address);
}

#define INVPCID_ALL 2

static inline void invpcid(uint64_t type, uint64_t pcid, uintptr_t address)
{
	(void)type, (void)pcid, (void)address;
	cpu_calls.invpcid++;
}
