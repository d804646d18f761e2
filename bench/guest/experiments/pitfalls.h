/* SPDX-License-Identifier: MIT */
/*
 * Negative experiments: each one breaks on purpose a rule that the kernel keeps, counts the damage,
 * and contains it. The files share these declarations and pitfalls.asm.
 */
#pragma once

#include "bench/guest/bench.h"
#include "cpu/exceptions.h"
#include "lib/random.h"

/*
 * Addresses of pages for the experiments: under a PML4 entry that the kernel does not use, in the
 * kernel's PDPT, and in the user half.
 */
#define PRIVATE_PML4 400
#define PRIVATE_PAGE 0xffffc80000000000UL
#define SHARED_PAGE  BENCH_AREA_BASE
#define USER_PAGE    0x10000000UL
_Static_assert(PML4_INDEX(PRIVATE_PAGE) == PRIVATE_PML4, "a PML4 entry of its own");

#define PITFALL_VECTOR   VECTOR_FREE(0)
#define PITFALL_SECOND   VECTOR_FREE(1) /* higher priority class than PITFALL_VECTOR */
#define PITFALL_PATIENCE 1000000U       /* iterations of a loop that waits for an interrupt */

/*
 * pitfall_report() adds the metrics `violations` and `tries`. pitfall_ran(), for check(), returns
 * true if there was at least one try.
 */
void pitfall_report(struct bench *b);
bool pitfall_ran(struct bench *b);

/*
 * Returns a state for random_next() that depends on nothing but the build. So different builds
 * make different tries, and a build makes the same tries in every run.
 */
uint64_t pitfall_seed(void);

/*
 * Maps a zeroed page at `address` under the PML4 at physical address `pml4`, writable and NX, with
 * `flags` (PTE_*) in addition; PTE_USER applies to all levels. Puts the tables that it makes on the
 * list `tables`. Returns the frame, or FRAME_NONE if out of memory; tables made so far stay on the
 * list.
 */
uint64_t pitfall_map(uint64_t pml4, uintptr_t address, uint64_t flags, uint32_t *tables);

/*
 * Undoes pitfall_map(): clears the whole PML4 entry of the page and flushes it from the TLB. Frees
 * the tables and, unless it is FRAME_NONE, the frame.
 */
void pitfall_unmap(uint64_t pml4, uintptr_t address, uint32_t *tables, uint64_t frame);

/*
 * Calls function(argument) on the stack below `top`, or on the current stack if `top` is 0. Returns
 * true if the function returned. Returns false if an exception ended it; the caller must first have
 * called exception_expect(vector, contained_resume) for that exception. In both cases stack and CR3
 * are as before.
 */
bool contained_call(void (*function)(void *argument), void *argument, uintptr_t top);
void contained_resume(void);

/* Returns true if the exception `vector` ended function(argument) on the stack below `top`. */
static inline bool contained_raises(uint64_t vector, void (*function)(void *argument), void *argument,
                                    uintptr_t top)
{
	bool back;

	exception_expect(vector, contained_resume);
	back = contained_call(function, argument, top);
	return exception_expect(0, NULL) == 1 && !back;
}
