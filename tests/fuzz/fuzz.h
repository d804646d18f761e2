/* SPDX-License-Identifier: MIT */
/*
 * Shared by the fuzz targets. A target defines LLVMFuzzerTestOneInput(), which is called by
 * libFuzzer with made-up inputs (make fuzz) and by replay.c with the inputs of the corpus (make
 * fuzz-smoke). support.c gives the kernel code under test a small memory, in which the address
 * sanitizer detects uses of free frames and heap objects. It makes allocations fail on request.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "x86/layout.h"

#define INPUT_MAX     (16 * KIB) /* bytes; longer inputs are ignored */
#define MEMORY_FRAMES 512UL      /* frames 1 … 512 */
#define MODULE_START  ((MEMORY_FRAMES + 1) * PAGE_SIZE)
#define MODULE_PAGES  (INPUT_MAX / PAGE_SIZE) /* pages at MODULE_START, for a boot module */

/* Runs the input. Returns 0, or aborts the process if a check fails. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* True if the kernel accepted the last input. */
extern bool fuzz_accepted;

/* An assertion that also works in builds with NDEBUG. */
#define require(condition) ((condition) ? (void)0 : fuzz_fail(__FILE__, __LINE__, #condition))
_Noreturn void fuzz_fail(const char *file, int line, const char *condition);

/*
 * Restarts the memory: frees all frames except those reserved for the module, poisons all memory,
 * and cancels heap_fail_at().
 */
void memory_start(void);

/* Requires every frame to be free again. */
void memory_end(void);

/* Number of heap allocations since memory_start() or heap_fail_at(). */
extern size_t heap_calls;

/* Index of the first heap allocation that failed, counted from 0, or SIZE_MAX. */
extern size_t heap_first_failure;

/* Makes one heap allocation fail, after `count` more have succeeded; with SIZE_MAX, none fails. */
void heap_fail_at(size_t count);

/*
 * Returns a copy of the input that ends at an inaccessible page and has poisoned bytes before it.
 * The next call overwrites the copy.
 */
uint8_t *guarded_copy(const uint8_t *bytes, size_t size);

/* Copies the input to the frames at MODULE_START. Returns the number of pages that it takes. */
size_t module_copy(const uint8_t *bytes, size_t size);

/*
 * Random numbers that depend only on the input of numbers_start(). number_below(n) returns a number
 * from 0 to n - 1.
 */
void numbers_start(const uint8_t *bytes, size_t size);
uint64_t number_below(uint64_t n);
