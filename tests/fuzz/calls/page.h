/* SPDX-License-Identifier: MIT */
/*
 * The page that all tasks of a round share, and that the kernel reads (tests/kernel/fuzz_calls.c).
 * It has statistics, the first fault, and the last FUZZ_CALLS_KEPT calls of all tasks.
 */
#pragma once

#include <stdint.h>

#define FUZZ_PAGE       0x7e0000000000UL /* address of the page in each task */
#define FUZZ_KEY        0x66757a7aU      /* the key for shmget() */
#define FUZZ_CALLS_KEPT 56

struct fuzz_call {
	uint64_t number, arguments[6];
	uint32_t pid, count; /* `count`: number of the call, counted over all tasks */
};

enum fuzz_fault {
	FUZZ_SOUND,
	FUZZ_REGISTER, /* a call changed the register with index `which` in struct checked_call */
	FUZZ_FLAGS,
	FUZZ_VECTOR, /* a call changed byte `which` of the XMM registers */
	FUZZ_CANARY, /* the canary found a change; canary.c explains `which` */
	FUZZ_RESULT, /* a call succeeded although argument `which` is an address of the kernel */
};

struct fuzz_page {
	uint64_t calls, forks, started, killed, checks; /* checks: rounds of the canary */
	uint64_t fault, which, wanted, got;
	struct fuzz_call faulty;
	uint64_t seal; /* fuzz_seal(), if report() has written the fault */
	int spared[2]; /* process IDs that no call may kill */
	struct fuzz_call call[FUZZ_CALLS_KEPT];
};
_Static_assert(sizeof(struct fuzz_page) <= 4096, "one page");

/*
 * Returns a hash of the fault in the page. A task whose signal handler has changed its registers may
 * write anything to the page; without the hash, such a write would pass for a fault.
 */
static inline uint64_t fuzz_seal(const struct fuzz_page *page)
{
	const uint64_t words[] = { page->fault, page->which, page->wanted, page->got, page->faulty.number };
	uint64_t hash = 0x66757a7aU;

	for (unsigned i = 0; i < sizeof words / sizeof *words; i++)
		hash = (hash ^ words[i]) * 0x9e3779b97f4a7c15UL + i;
	return hash;
}
