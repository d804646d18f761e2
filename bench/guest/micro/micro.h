/* SPDX-License-Identifier: MIT */
/*
 * Micro-kernels: rows that measure one thing whose price on a processor was published, so that the cycle model, or a
 * host, can be held against it (`make validate-model`, docs/model.md). They run when the command line names them.
 *
 * Each sample is many operations; the metric `operations` says how many. Latencies are differences between two rows,
 * or slopes over a row's parameter, so that what surrounds the operations falls out; bench/validate/ does that.
 */
#pragma once

#include "bench/guest/bench.h"

/*
 * For set-ups: `bytes` bytes of memory in physical runs of 2 MiB, rounded up to whole runs, mapped at MICRO_SMALL_BASE
 * with 4 KiB pages and at MICRO_LARGE_BASE with 2 MiB pages; neither is global. Page i is the same memory in both.
 * Returns 0 or -ENOMEM; at most MICRO_SIZE bytes.
 */
int micro_memory_take(uint64_t bytes);

/* Unmaps it and gives the frames back. */
void micro_memory_give(void);

/* For checks: adds the metric. Always true. */
bool micro_operations(struct bench *b, uint64_t operations);
