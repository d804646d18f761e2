/* SPDX-License-Identifier: MIT */
/*
 * RIP: where Bochs keeps the instruction pointer of each CPU.
 *
 * The CPU object has no public layout. At a hardware reset RIP is 0xFFF0, so the words of the object that hold
 * this value are candidates; the far jump that every BIOS begins with changes RIP to a known value, and the one
 * candidate that follows it is RIP. All CPUs have the same layout. What was found is checked at each later reset
 * and at each external interrupt, where Bochs tells RIP itself; a contradiction ends the run with status 2.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { MAX_CPUS = 64 };

/* RIP of each CPU, NULL until it was found. During an instruction it is already that of the next one. */
extern const uint64_t *rip_of[MAX_CPUS];

/* A reset of the CPU is done. */
void rip_after_reset(unsigned cpu);

/* The CPU made a far branch. True when the place of RIP is known and no more far branches need to be seen. */
bool rip_after_far_branch(unsigned cpu, uint64_t from, uint64_t to);

/* Bochs says that RIP of the CPU is `expected`. */
void rip_check(unsigned cpu, uint64_t expected);
