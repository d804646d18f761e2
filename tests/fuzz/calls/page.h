/* SPDX-License-Identifier: MIT */
/*
 * The page that all tasks of a round share and the kernel reads (tests/kernel/fuzz_calls.c). It has
 * the statistics, the first fault, and the last calls, which explain a finding.
 */
#pragma once

#include <stdint.h>

#define FUZZ_PAGE       0x7e0000000000UL /* its address in each task */
#define FUZZ_KEY        0x66757a7aU      /* the key of the shared memory */
#define FUZZ_CALLS_KEPT 56

struct fuzz_call {
	uint64_t number, arguments[6];
	uint32_t pid, count; /* count: number of the call, over all tasks */
};

enum fuzz_fault {
	FUZZ_SOUND,
	FUZZ_REGISTER, /* a call changed register `which` of struct checked_call */
	FUZZ_FLAGS,
	FUZZ_VECTOR, /* an XMM register */
	FUZZ_CANARY, /* the canary found a change; canary.c explains `which` */
	FUZZ_RESULT, /* success although argument `which` is an address of the kernel */
};

struct fuzz_page {
	uint64_t calls, forks, started, killed, checks; /* checks: rounds of the canary */
	uint64_t fault, which, wanted, got;
	struct fuzz_call faulty;
	int spared[2]; /* process IDs that no call may kill */
	struct fuzz_call call[FUZZ_CALLS_KEPT];
};
_Static_assert(sizeof(struct fuzz_page) <= 4096, "one page");
