/* SPDX-License-Identifier: MIT */
/*
 * The event trace: a line per page walk, TLB flush, interrupt and exception that counts in a region, in the file that
 * PALIMPSEST_TRACE names. docs/model.md has its columns.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* When and where an event was. */
struct trace_moment {
	uint32_t region;
	unsigned cpu;
	uint64_t instructions; /* of the region, completed before the event */
	uint64_t cycles;       /* likewise, nominal, whole ones; 0 without a model */
	const char *function;  /* or "-" */
};

/* Makes the file and writes its header. Nothing is traced when PALIMPSEST_TRACE is not set; a file that cannot be made ends
 * the process with status 2. PALIMPSEST_TRACE_LINES bounds the lines. */
void trace_open(void);
bool trace_wanted(void);

/* Writes a line. `detail` is printed as it is. A full disk ends the process with status 1. */
void trace_event(const struct trace_moment *moment, const char *event, uint64_t address, const char *detail);

/* The guest ends the run: the last line says how many events there were, and how many lines were left out. */
void trace_close(void);
