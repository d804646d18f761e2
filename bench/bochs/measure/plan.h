/* SPDX-License-Identifier: MIT */
/*
 * What to measure in a kernel that has no markers. The environment variable PALIMPSEST_MEASURE names
 * a file that the harness writes, with one item a line. Numbers are decimal, addresses and bytes
 * hexadecimal:
 *     call ID ADDRESS BYTES   region ID (1, 2, …): the calls of the function at ADDRESS, whose code
 *                             begins with BYTES ("-" if unknown)
 *     between ID ADDRESS TO BYTES
 *                             region ID: from ADDRESS to before the instruction at TO
 *     symbols FILE            attribute what a call costs to the functions that FILE lists
 *                             (symbols.h)
 *     user                    regions PLAN_USER + N: from entry into the kernel through vector N, and
 *                             PLAN_USER + PLAN_SYSCALL through SYSCALL, to the return to user mode
 *     marks                   the regions that the guest marks (regions.h), and no others
 *     type FILE               type the lines of FILE, each when the machine has been quiet
 *     until TEXT              end the run when the guest has written TEXT to COM1, to port 0xE9 or
 *                             to the text screen
 *     ticks N                 end the run after N ticks of the TSC
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PLAN_USER = 1000, PLAN_SYSCALL = 256 };

enum { PLAN_REGIONS_MAX = 64, PLAN_CODE_MAX = 64, PLAN_TEXT_MAX = 256, PLAN_WHY_MAX = 400 };

struct plan_region {
	uint32_t id;
	uint64_t start;
	uint64_t to;         /* 0: it measures calls of the function at `start` */
	unsigned code_bytes; /* 0: unknown */
	uint8_t code[PLAN_CODE_MAX];
};

struct plan {
	size_t regions;
	struct plan_region region[PLAN_REGIONS_MAX];
	char symbols[PLAN_TEXT_MAX]; /* name of the file; "" if functions are not attributed */
	bool user, marks;
	char type[PLAN_TEXT_MAX];  /* name of the file; "" if nothing is typed */
	char until[PLAN_TEXT_MAX]; /* "" if the run ends without it */
	uint64_t ticks;            /* 0: no limit */
};

/* Reads a file. Returns 0, or -1 with the reason, which names the file and line, in `why`. */
int plan_read(struct plan *plan, const char *path, char why[PLAN_WHY_MAX]);
