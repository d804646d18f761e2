/* SPDX-License-Identifier: MIT */
/*
 * Traps: call a function before the instruction at a watched address executes. All other
 * instructions run as fast as without traps.
 *
 * Bochs reports each instruction that it decodes, and keeps the decoded form. This form begins with
 * a pointer to the function that executes the instruction. If the last 12 bits of the instruction's
 * address are those of a watched address, a pointer to a stub replaces this pointer. The stub calls
 * trap_hit if RIP is the watched address, and then jumps to the function. Code is decoded once for
 * all its linear addresses, so only the last 12 bits can be compared when it is decoded.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Called before the instruction at `address` executes. `is64` is true for 64-bit code (CS.L), and
 * false for 32-bit code (CS.D). A REP instruction is reported before each of its iterations. */
typedef void trap_hit(unsigned cpu, uint64_t address, bool is64);

/* Must be called before the machine starts. If there is no memory for the stubs, or Bochs decodes
 * instructions into an unknown form, ends the process with status 2. */
void traps_open(trap_hit *hit);

/* Adds an address. Instructions that were decoded before are not watched. */
void traps_add(uint64_t address);

/* Notes that Bochs decoded an instruction. `opcode` are its `length` bytes, in the guest's memory. */
void traps_decoded(unsigned cpu, void *instruction, const uint8_t *opcode, unsigned length, bool is32,
                   bool is64);
