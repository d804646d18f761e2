/* SPDX-License-Identifier: MIT */
/*
 * A table of the code that enters the kernel and returns from it. Tests raise traps at its
 * instructions. The macro WAY (cpu/entry.inc) adds rows.
 */
#pragma once

#include <stdint.h>

struct entry_way {
	const uint8_t *start, *end; /* code in the kernel's image */
	uint64_t flags;
};

/* Breakpoints may be set at each byte, since the code that handles #DB is not in this range. */
#define WAY_BREAK       1
/* In the test of single steps, a step reaches each SWAPGS, IRETQ and SYSRETQ in the range. */
#define WAY_STEPS_SEEN  2
/* In the test of breakpoints, the program executes each SWAPGS, IRETQ and SYSRETQ in the range. */
#define WAY_BREAKS_SEEN 4
/* The code in the range runs only if PCIDs are in use, or only if they are not. */
#define WAY_PCID        16
#define WAY_NO_PCID     32
/* The code in the range moves this CPU to another place of the entry window. */
#define WAY_MOVE        8

/* Defined by the linker script. */
extern const struct entry_way entry_ways_start[], entry_ways_end[];
