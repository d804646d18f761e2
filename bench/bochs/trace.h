/* SPDX-License-Identifier: MIT */
/*
 * The event trace: one line in the file PALIMPSEST_TRACE per page walk, TLB flush, interrupt and
 * exception that counts in a region. docs/model.md describes the columns.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Time and place of an event. */
struct trace_moment {
	uint32_t region;
	unsigned cpu;
	uint64_t instructions; /* completed in the region before the event */
	uint64_t cycles;       /* whole nominal cycles before the event; 0 without a model */
	const char *function;  /* "-" if functions are not attributed */
};

/* Creates the file and writes its header. Traces nothing if PALIMPSEST_TRACE is not set. If the
 * file cannot be created, ends the process with status 2. PALIMPSEST_TRACE_LINES limits the number
 * of lines. */
void trace_open(void);
bool trace_wanted(void);

/* Writes the line of an event; `detail` is written unchanged at its end. If the line cannot be
 * written, ends the process with status 1. */
void trace_event(const struct trace_moment *moment, const char *event, uint64_t address, const char *detail);

/* Writes a last line, at the end of the run, with the number of events and the number of events
 * left out. */
void trace_close(void);
