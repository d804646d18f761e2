/* SPDX-License-Identifier: MIT */
#include "bench/bochs/irq_off.h"

#include <inttypes.h>
#include <stdio.h>

#include "bench/bochs/entry_window.h"
#include "bench/bochs/output.h"
#include "bench/bochs/rip.h"

enum { PLACE_MAX = 160 }; /* bytes of a function's name with an offset */

static const struct symbols *symbols; /* may be NULL */

static struct watch {
	struct irq_off_stretch now, longest;
	bool off;     /* a stretch has begun and has not ended */
	bool shadow;  /* the last instruction was an STI that set IF */
	uint64_t rsp; /* RSP before the current instruction */
} watches[MAX_CPUS];

void irq_off_open(const struct symbols *use)
{
	symbols = use;
}

/* Returns the address that the instruction at `rip` has in the kernel's image. If no symbols were
 * read, returns `rip` itself. */
static uint64_t place_of(unsigned cpu, uint64_t rip)
{
	return symbols ? linked_address(symbols, cpu, rip) : rip;
}

void irq_off_start(unsigned cpu)
{
	watches[cpu] = (struct watch){ 0 };
}

void irq_off_instruction_starts(unsigned cpu, struct irq_off_moment now)
{
	struct watch *watch = &watches[cpu];

	watch->rsp = now.rsp;
	if (now.on)
		return;
	watch->shadow = false; /* IF is 0 again: the instruction after STI may have faulted */
	if (watch->off)
		return;
	watch->off = true;
	watch->now.ticks = 0;
	watch->now.from = watch->now.to = place_of(cpu, now.rip);
}

static void keep_longest(struct watch *watch)
{
	if (watch->now.ticks > watch->longest.ticks)
		watch->longest = watch->now;
}

/*
 * Returns true if the instruction at `start`, which set IF, was an STI. The other instructions that
 * can set IF are recognised by what STI does not do: POPF and IRET move RSP, and SYSRET continues
 * elsewhere.
 */
static bool was_sti(const struct watch *watch, uint64_t start, struct irq_off_moment now)
{
	return now.rip == start + 1 && now.rsp == watch->rsp;
}

void irq_off_instruction_ends(unsigned cpu, uint64_t start, struct irq_off_moment now)
{
	struct watch *watch = &watches[cpu];

	if (!watch->off)
		return;
	watch->now.ticks++;
	watch->now.to = place_of(cpu, start);
	if (!now.on || (!watch->shadow && was_sti(watch, start, now))) {
		watch->shadow = now.on;
		return;
	}
	keep_longest(watch);
	watch->off = watch->shadow = false;
}

void irq_off_repeats(unsigned cpu, uint64_t count)
{
	if (watches[cpu].off)
		watches[cpu].now.ticks += count;
}

struct irq_off_stretch irq_off_longest(unsigned cpu)
{
	struct watch *watch = &watches[cpu];

	if (watch->off)
		keep_longest(watch);
	return watch->longest;
}

/* Writes "FUNCTION+OFFSET" for the address to `text`. Writes [user] or [unknown] if the address has
 * no symbol, and "-" if no symbols were read. */
static const char *function_at(char text[PLACE_MAX], uint64_t address)
{
	const struct symbol *symbol = symbols ? symbols_find(symbols, address) : NULL;

	if (symbol)
		snprintf(text, PLACE_MAX, "%.120s+0x%" PRIx64, symbol->name, address - symbol->start);
	else
		snprintf(text, PLACE_MAX, "%s", !symbols ? "-" : address >> 63 ? "[unknown]" : "[user]");
	return text;
}

void irq_off_write(unsigned cpu, uint32_t region)
{
	struct irq_off_stretch longest = irq_off_longest(cpu);
	char from[PLACE_MAX], to[PLACE_MAX], line[2 * PLACE_MAX + 200];
	int length;

	if (!longest.ticks)
		return;
	length = snprintf(line, sizeof line,
	                  "!off region=%" PRIu32 " ticks=%" PRIu64 " from=%#" PRIx64
	                  " from_function=%s to=%#" PRIx64 " to_function=%s\n",
	                  region, longest.ticks, longest.from, function_at(from, longest.from), longest.to,
	                  function_at(to, longest.to));
	output_line(line, (size_t)length);
}
