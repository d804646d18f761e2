/* SPDX-License-Identifier: MIT */
/*
 * The longest stretch of instructions during which a CPU accepts no maskable interrupt, in regions
 * opened with MARK_BEGIN_IRQ_OFF.
 *
 * A stretch begins with the first instruction that executes with RFLAGS.IF = 0: the one after CLI
 * or POPF, the first of a handler whose gate clears IF, or the first after SYSCALL if FMASK
 * contains IF. It ends with the first instruction after which an interrupt would be taken: the
 * IRET, SYSRET or POPF that sets IF, or the instruction after an STI, because STI delays interrupts
 * by one instruction (Intel SDM vol. 2B, "STI"). So an STI followed by CLI does not end a stretch.
 * If a region opens or closes with IF = 0, only the part inside the region counts. MOV SS and POP
 * SS also delay interrupts by one instruction; this is ignored.
 *
 * The length is in ticks of Bochs's TSC: one per instruction. A REP instruction takes one tick per
 * iteration, or one if it has no iteration. An interrupt that arrives just when IF becomes 0 waits
 * this long for the CPU.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "bench/bochs/symbols.h"

struct irq_off_stretch {
	uint64_t ticks;
	/* Addresses of the first and the last instruction. If symbols are known, these are addresses
	 * in the kernel's image. */
	uint64_t from, to;
};

/* State of a CPU between two instructions. */
struct irq_off_moment {
	uint64_t rip; /* address of the next instruction */
	uint64_t rsp;
	bool on; /* RFLAGS.IF */
};

/* Notes that a region opens: from now on, looks for its longest stretch. */
void irq_off_start(unsigned cpu);

/* Notes that an instruction starts. */
void irq_off_instruction_starts(unsigned cpu, struct irq_off_moment now);

/* Notes that the instruction at `start`, or one iteration of it, ended. */
void irq_off_instruction_ends(unsigned cpu, uint64_t start, struct irq_off_moment now);

/* Notes that `count` more iterations of the last instruction were executed. */
void irq_off_repeats(unsigned cpu, uint64_t count);

/* Returns the longest stretch of the region so far; the first one if several are equally long. Its
 * length is 0 if there is none. */
struct irq_off_stretch irq_off_longest(unsigned cpu);

/* Lets the `!off` lines name functions of `symbols`. */
void irq_off_open(const struct symbols *symbols);

/* Writes the `!off` line of a region that closes (docs/records.md). Writes nothing if there is no
 * stretch. */
void irq_off_write(unsigned cpu, uint32_t region);
