/* SPDX-License-Identifier: MIT */
/*
 * The directory of lines: for each line of memory, which CPUs may hold it, which CPU wrote it last
 * and at what time. There is a directory only if there are several CPUs.
 *
 * The directory does not know which lines a cache has replaced. So a CPU of `holders` may have lost
 * the line, and the caller looks into that CPU's caches.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "bench/bochs/model/profile.h"

struct shared_line {
	uint64_t
	        holders; /* set of the CPUs that have read or written the line since it was last taken away */
	uint64_t seen; /* set of the CPUs that have read the line since it was last written, and its writer */
	struct cost time; /* time at which the last write became visible; meaningful if `written` */
	unsigned writer;
	bool written;
	bool modified; /* no other CPU has read the line since `writer` wrote it */
};

struct sharing;

/* Returns an empty directory, or NULL if out of memory. */
struct sharing *sharing_new(void);
void sharing_free(struct sharing *sharing);

/* Returns the line of this address, or NULL for an address from 1 TiB on: such lines are not
 * followed. Ends the process if out of memory. */
struct shared_line *sharing_line(struct sharing *sharing, uint64_t physical);

/* Notes that the CPU reads the line into its caches. Returns true if another CPU has modified it;
 * this CPU is line->writer. */
bool sharing_read(struct shared_line *line, unsigned cpu);

/* Notes that the CPU writes the line. Returns the set of the other CPUs that held it. */
uint64_t sharing_write(struct shared_line *line, unsigned cpu);

/* Notes that an instruction of the CPU reads the line. Returns true if another CPU has written the
 * line since the CPU last read or wrote it. */
bool sharing_sees(struct shared_line *line, unsigned cpu);
