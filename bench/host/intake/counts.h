/* SPDX-License-Identifier: MIT */
/*
 * Keeps the counts of the instrumentation library until their sample arrives. A region is one
 * execution of a benchmark's timed code. The library's `!count` line and the guest's sample both
 * have the number of the region. The last COUNTS_PENDING regions are kept; the sample of an older
 * region gets no counts.
 */
#pragma once

#include "bench/host/intake/record.h"

#define COUNTS_PENDING     8192 /* regions */
#define COUNTS_METRICS_MAX 40   /* different metrics in one launch */
#define COUNTS_NAME_MAX    32   /* bytes of a metric's name, with the NUL */

/* A metric: the sum of instructions and iterations of REP instructions. Unlike the metric
 * `instructions`, it grows with the number of bytes that a REP instruction copies. */
#define COUNTS_WORK        "work"
#define COUNTS_WORK_UNIT   "instructions+rounds"

struct counts;

/* Returns a new, empty object, which counts_free() frees, or NULL if out of memory. */
struct counts *counts_new(void);
void counts_free(struct counts *counts);

/* Keeps the counts of a `!count` line. Returns NULL, or a description of what is wrong with the
 * line. */
const char *counts_add(struct counts *counts, const struct record *record);

/*
 * Calls `each` for every metric of `region` and removes the region. If both `instructions` and
 * `rep_iterations` are among the metrics, calls `each` for their sum too, as COUNTS_WORK. Returns
 * false if no counts of the region are kept.
 */
bool counts_take(struct counts *counts, int64_t region,
                 void (*each)(void *context, const char *metric, int64_t value), void *context);

/*
 * Returns the unit of one of the library's metrics: "instructions", "cycles", "events",
 * "tsc-ticks" or COUNTS_WORK_UNIT.
 */
const char *counts_unit(const char *metric);
