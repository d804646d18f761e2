/* SPDX-License-Identifier: MIT */
/*
 * REP in bulk: executes iterations of REP MOVS and REP STOS in place of Bochs. When Bochs has
 * executed an iteration, this file executes the next ones, up to the end of the same 64-byte line.
 *
 * Bochs leaves a REP instruction after each iteration, looks for events, finds the instruction again
 * and comes back. When it comes back the second time with nothing in between, no event is pending,
 * and none can arise before Bochs's countdown to the next timer ends. Until then an iteration only
 * copies an element, changes RSI, RDI and RCX, and lets one tick of time pass. So this file copies
 * elements, changes the registers and lowers the countdown. It leaves to Bochs
 * - the first two iterations and the last one of each instruction,
 * - the first iteration in each line of the source and the destination, so that Bochs learns of
 *   every line that is written and discards the code that it decoded from that line,
 * - the last element of each page, and
 * - everything else: other instructions, accesses to devices, elements across two lines, DF = 1,
 *   a source that overlaps the destination, several CPUs, and breakpoints in DR7.
 *
 * The countdown has no public interface. It is the one word of Bochs's object for time that falls
 * by 1 with each iteration. Until it is found, and in a Bochs that lacks something needed here,
 * Bochs executes every iteration. The results are then the same, but the run takes longer.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { REPEAT_ACCESSES = 2 };

/* A data access; `length` is in bytes. */
struct repeat_access {
	uint64_t linear, physical;
	unsigned length;
	bool write;
};

/* An iteration of a REP instruction. */
struct repeat_iteration {
	unsigned accesses; /* number of its data accesses; only the first REPEAT_ACCESSES are kept */
	struct repeat_access access[REPEAT_ACCESSES];
	bool counts; /* the iteration counts in the region */
};

/* Reads PALIMPSEST_REP from the environment. With the value "each", nothing is done in bulk. With
 * "bulk", repeat_close() reports an error if nothing was done in bulk. Any other value ends the
 * process with status 2. */
void repeat_open(void);

/* Ends the process with status 2 if PALIMPSEST_REP is "bulk" and nothing was done in bulk. */
void repeat_close(void);

/* Returns true if repeat_count() may return a number above 0. */
bool repeat_wanted(void);

/* Called after an iteration that is neither the first nor the last of its instruction, if nothing
 * happened between it and the previous iteration. `instruction` is Bochs's object for the
 * instruction. `registers` are the CPU's general registers after the iteration. Returns how many of
 * the next iterations can be executed in bulk. */
uint64_t repeat_count(unsigned cpu, const void *instruction, const uint64_t *registers,
                      const struct repeat_iteration *last);

/* Executes `count` iterations; `count` is what repeat_count() has just returned. Returns false, with
 * nothing changed, if the accesses are not to memory. */
bool repeat_execute(uint64_t *registers, const struct repeat_iteration *last, uint64_t count);
