/* SPDX-License-Identifier: MIT */
/*
 * The page that all tasks of a round share, and that the kernel reads (tests/kernel/fuzz_calls.c): what was done, what was found wrong, and the last
 * calls, so that a finding can be read.
 */
#pragma once

#include <stdint.h>

#define FUZZ_PAGE       0x7e0000000000UL /* its address in each task */
#define FUZZ_KEY        0x66757a7aU      /* of the shared memory that it is */
#define FUZZ_CALLS_KEPT 56

struct fuzz_call {
	uint64_t number, arguments[6];
	uint32_t pid, count; /* of all tasks */
};

enum fuzz_fault {
	FUZZ_SOUND,
	FUZZ_REGISTER, /* a call changed a register: `which`, as in struct checked_call */
	FUZZ_FLAGS,
	FUZZ_VECTOR, /* an XMM register */
	FUZZ_CANARY, /* a task that only computes: see canary.c for `which` */
	FUZZ_RESULT, /* success with an address of the kernel: argument `which` */
};

struct fuzz_page {
	uint64_t calls, forks, started, killed, checks; /* checks: rounds of the canary */
	uint64_t fault, which, wanted, got;
	struct fuzz_call faulty;
	int spared[2]; /* process IDs that no call is to end */
	struct fuzz_call call[FUZZ_CALLS_KEPT];
};
_Static_assert(sizeof(struct fuzz_page) <= 4096, "one page");
