/* SPDX-License-Identifier: MIT */
/*
 * Micro-kernels: each row measures one operation whose price on a processor was published, so that
 * the cycle model, or a host, can be compared with it (`make validate-model`, docs/model.md). They
 * run only if the command line names them.
 *
 * Each sample consists of many operations; the metric `operations` says how many. A latency is the
 * difference between two rows, or the slope over a row's parameter, so that the surrounding code
 * cancels out; bench/validate/ computes it.
 */
#pragma once

#include "bench/guest/bench.h"

/*
 * For setup(): takes `bytes` bytes of memory, at most MICRO_SIZE, in physically contiguous runs of
 * 2 MiB, rounded up to whole runs. Maps them at MICRO_SMALL_BASE with 4 KiB pages and at
 * MICRO_LARGE_BASE with 2 MiB pages, neither global; offsets lead to the same memory in both.
 * Returns 0 or -ENOMEM.
 */
int micro_memory_take(uint64_t bytes);

/* Unmaps the memory and frees its frames. */
void micro_memory_give(void);

/* For check(): adds the metric. Always returns true. */
bool micro_operations(struct bench *b, uint64_t operations);
