/* SPDX-License-Identifier: MIT */
/*
 * RIP: finds where Bochs keeps the registers RIP, RFLAGS and DR7 of each CPU.
 *
 * The CPU object has no public layout. At a hardware reset RIP is 0xFFF0, so every word of the
 * object with this value is a candidate. The far jump at the start of every BIOS then changes RIP
 * to a known value, and the one candidate that then has this value is RIP. All CPUs have the same
 * layout. The place is checked at each later reset and at each external interrupt, for which Bochs
 * reports RIP. If RIP is not found, or a check fails, the process ends with status 2.
 *
 * RFLAGS follows RIP. A reset sets RFLAGS to 2: all flags are 0, but the reserved bit 1 is always
 * 1. No other word shortly after RIP has this value then. Bochs computes the arithmetic flags only
 * when it needs them, so this word does not have their values. All other flags, such as IF, are
 * valid. flags_check() tests the place.
 *
 * DR7 follows DR6, and both have known values after a reset.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { MAX_CPUS = 64 };

#define FLAGS_IF 0x200U /* RFLAGS: maskable interrupts are on */

/* RIP of each CPU; NULL until it is found. During an instruction, it is already the address of the
 * next one. */
extern const uint64_t *rip_of[MAX_CPUS];

/* The lower half of RFLAGS of each CPU, without the arithmetic flags; NULL until RIP is found. */
extern const uint32_t *flags_of[MAX_CPUS];

/* Notes that the CPU was reset. */
void rip_after_reset(unsigned cpu);

/* Notes that the CPU made a far branch. Returns true if the place of RIP is known, so that no
 * further far branch need be reported. */
bool rip_after_far_branch(unsigned cpu, uint64_t from, uint64_t to);

/* Checks that RIP of the CPU is `expected`, the value that Bochs reports. */
void rip_check(unsigned cpu, uint64_t expected);

/* Checks that the reserved bits of the CPU's RFLAGS have their fixed values and that the bits of
 * `set` are 1. */
void flags_check(unsigned cpu, uint32_t set);

/* Returns true if DR7 of the CPU enables breakpoints, or if DR7 was not found. */
bool rip_breakpoints(unsigned cpu);

/* Returns true if the machine has more than one CPU. */
bool rip_several_cpus(void);
