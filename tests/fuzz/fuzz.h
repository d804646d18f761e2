/* SPDX-License-Identifier: MIT */
/*
 * What the fuzz targets share. A target is one LLVMFuzzerTestOneInput(): libFuzzer's driver calls it with inputs that it makes up
 * (make fuzz), replay.c with those of the corpus (make fuzz-smoke). Kernel sources under it see a small memory in which the
 * address sanitizer knows free frames and freed heap objects, and allocations that fail when they are told to.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "x86/layout.h"

#define INPUT_MOST    (16 * KIB) /* bytes; longer inputs are left out */
#define MEMORY_FRAMES 512UL      /* from frame 1 on */
#define MODULE_START  ((MEMORY_FRAMES + 1) * PAGE_SIZE)
#define MODULE_PAGES  (INPUT_MOST / PAGE_SIZE) /* reserved behind them, for a boot module */

/* Runs the input. Returns 0; what is wrong ends the process. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* Whether the kernel accepted the last input. */
extern bool fuzz_accepted;

/* Ends the process with a message, also in builds with NDEBUG. */
#define require(condition) ((condition) ? (void)0 : fuzz_fail(__FILE__, __LINE__, #condition))
_Noreturn void fuzz_fail(const char *file, int line, const char *condition);

/* All frames free and full of garbage, those of the module reserved; no allocation fails. */
void memory_start(void);

/* Every frame must be free again. */
void memory_end(void);

/* Heap allocations since memory_start(), or since heap_fail_at(). */
extern size_t heap_calls;

/* The heap allocation that failed first, counted from 0, or SIZE_MAX. */
extern size_t heap_first_failure;

/* Lets one heap allocation fail, the one after `count` more; SIZE_MAX: none. */
void heap_fail_at(size_t count);

/* A copy of the input that ends at a page that is not there, with poisoned bytes before it. One at a time. */
uint8_t *guarded_copy(const uint8_t *bytes, size_t size);

/* The same in the frames of the module, which are reserved; how many pages it takes. */
size_t module_copy(const uint8_t *bytes, size_t size);

/* Numbers that depend on the input only; below(n) is 0 … n - 1. */
void numbers_start(const uint8_t *bytes, size_t size);
uint64_t number_below(uint64_t n);
