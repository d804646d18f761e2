/* SPDX-License-Identifier: MIT */
/*
 * Negative experiments: each one breaks a rule that the kernel keeps, on purpose and contained, and
 * counts what goes wrong. The files share these declarations and pitfalls.asm.
 */
#pragma once

#include "bench/guest/bench.h"
#include "cpu/exceptions.h"

/* Pages for the experiments: under an unused PML4 entry, in the kernel's PDPT, and at a user
 * address. */
#define PRIVATE_PML4 400
#define PRIVATE_PAGE 0xffffc80000000000UL
#define SHARED_PAGE  BENCH_AREA_BASE
#define USER_PAGE    0x10000000UL
_Static_assert(PML4_INDEX(PRIVATE_PAGE) == PRIVATE_PML4, "a PML4 entry of its own");

#define PITFALL_VECTOR   0x60
#define PITFALL_SECOND   0x70 /* in a higher priority class (SDM 3A 11.8.3) */
#define PITFALL_PATIENCE 1000000U

/* Metrics `violations` and `tries`, and a check that the experiment ran at all. */
void pitfall_report(struct bench *b);
bool pitfall_ran(struct bench *b);

/* xorshift64: the same numbers in every run. The state must not be 0. */
static inline uint64_t pitfall_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/*
 * Maps a new page at `address` under the PML4 at `pml4`, with tables of its own, which it puts on
 * the list `tables`. `flags` are those of a PTE; PTE_USER applies to all levels. Returns the frame,
 * or FRAME_NONE with the tables made so far on the list.
 */
uint64_t pitfall_map(uint64_t pml4, uintptr_t address, uint64_t flags, uint32_t *tables);

/* Clears the whole PML4 entry of that page, flushes, and frees the tables and the frame, unless it
 * is FRAME_NONE. */
void pitfall_unmap(uint64_t pml4, uintptr_t address, uint32_t *tables, uint64_t frame);

/*
 * Calls function(argument) on the stack below `top`, or on the current one if `top` is 0. Returns
 * true if the function returned, false if the exception expected with contained_resume() ended it.
 * Stack and CR3 are as before in either case.
 */
bool contained_call(void (*function)(void *argument), void *argument, uintptr_t top);
void contained_resume(void);

/* Returns true if function(argument) on that stack ended with the exception `vector`. */
static inline bool contained_raises(uint64_t vector, void (*function)(void *argument), void *argument,
                                    uintptr_t top)
{
	bool back;

	exception_expect(vector, contained_resume);
	back = contained_call(function, argument, top);
	return exception_expect(0, NULL) == 1 && !back;
}
