/* SPDX-License-Identifier: MIT */
/*
 * What the fuzz targets share. A target is one LLVMFuzzerTestOneInput(). libFuzzer calls it with
 * inputs that it makes up (make fuzz), replay.c with those of the corpus (make fuzz-smoke). The
 * kernel code under test gets a small memory in which the address sanitizer knows free frames and
 * freed heap objects, and allocations that fail on request.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "x86/layout.h"

#define INPUT_MAX     (16 * KIB) /* bytes; longer inputs are ignored */
#define MEMORY_FRAMES 512UL      /* frames 1 … 512 */
#define MODULE_START  ((MEMORY_FRAMES + 1) * PAGE_SIZE)
#define MODULE_PAGES  (INPUT_MAX / PAGE_SIZE) /* reserved after them for a boot module */

/* Runs the input. Returns 0; aborts the process if anything is wrong. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* True if the kernel accepted the last input. */
extern bool fuzz_accepted;

/* An assertion that also works in builds with NDEBUG. */
#define require(condition) ((condition) ? (void)0 : fuzz_fail(__FILE__, __LINE__, #condition))
_Noreturn void fuzz_fail(const char *file, int line, const char *condition);

/*
 * Starts with all frames free and full of garbage, the module's frames reserved, and no failing
 * allocation.
 */
void memory_start(void);

/* Requires every frame to be free again. */
void memory_end(void);

/* Number of heap allocations since memory_start() or heap_fail_at(). */
extern size_t heap_calls;

/* Index of the first heap allocation that failed, counted from 0, or SIZE_MAX. */
extern size_t heap_first_failure;

/* Makes one heap allocation fail, after `count` more have succeeded. SIZE_MAX: none fails. */
void heap_fail_at(size_t count);

/*
 * Returns a copy of the input that ends at an inaccessible page, with poisoned bytes before it. The
 * next call overwrites it.
 */
uint8_t *guarded_copy(const uint8_t *bytes, size_t size);

/* Copies the input to the reserved frames of the module. Returns the number of pages it takes. */
size_t module_copy(const uint8_t *bytes, size_t size);

/* Random numbers that depend only on the input. number_below(n) returns 0 … n - 1. */
void numbers_start(const uint8_t *bytes, size_t size);
uint64_t number_below(uint64_t n);
