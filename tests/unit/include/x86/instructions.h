/* SPDX-License-Identifier: MIT */
/*
 * Replaces kernel/x86/instructions.h in the unit tests. Counts the privileged instructions instead
 * of executing them.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "x86/registers.h"

/* The privileged instructions that the code under test has executed. */
struct cpu_calls {
	uint64_t cr3; /* the last value written to CR3 */
	uint64_t cr4;
	unsigned write_cr3, write_cr4, invlpg, invpcid;
	unsigned user_accesses; /* number of STACs */
	bool user_access;       /* STAC was executed, and CLAC not yet */
};
extern struct cpu_calls cpu_calls;

/*
 * Called at each flush, unless NULL: with the page's address, or with 0 if all pages are flushed.
 */
extern void (*cpu_flushes)(uintptr_t address);

void outl(uint16_t port, uint32_t value);
void outb(uint16_t port, uint8_t value);
uint8_t inb(uint16_t port);
void write_msr(uint32_t msr, uint64_t value);

static inline uint64_t read_cr3(void)
{
	return cpu_calls.cr3;
}

static inline uint64_t read_cr4(void)
{
	return cpu_calls.cr4;
}

static inline void write_cr4(uint64_t value)
{
	cpu_calls.cr4 = value;
	cpu_calls.write_cr4++;
}

static inline void stac(void)
{
	cpu_calls.user_access = true;
	cpu_calls.user_accesses++;
}

static inline void clac(void)
{
	cpu_calls.user_access = false;
}
