/* SPDX-License-Identifier: MIT */
/*
 * Probe loops: each row measures one operation whose cost on some processor has been published.
 * `make validate-model` compares the cycle model, or a host, with these costs (docs/model.md). The
 * rows run only if the command line names them.
 *
 * Each sample consists of many operations; the metric `operations` is their number. bench/validate/
 * computes a latency as the difference between two rows, or as the slope over a row's parameter, so
 * that the surrounding code cancels out.
 */
#pragma once

#include "bench/guest/bench.h"

/*
 * For setup(): allocates `bytes` bytes of memory, at most MICRO_SIZE, as physically contiguous runs
 * of 2 MiB, rounded up to whole runs. Maps the same memory twice: at MICRO_SMALL_BASE with 4 KiB
 * pages, and at MICRO_LARGE_BASE with 2 MiB pages. The pages are not global. Returns 0 or -ENOMEM.
 */
int micro_memory_take(uint64_t bytes);

/* Unmaps the memory and frees its frames. */
void micro_memory_give(void);

/* For check(): adds the metric `operations`. Always returns true. */
bool micro_operations(struct bench *b, uint64_t operations);
