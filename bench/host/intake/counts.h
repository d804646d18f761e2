/* SPDX-License-Identifier: MIT */
/*
 * Counts of the instrumentation library that wait for the sample that names their region. The last
 * COUNTS_PENDING regions are kept; an older region is forgotten and its sample gets no counts.
 */
#pragma once

#include "bench/host/intake/record.h"

#define COUNTS_PENDING     8192
#define COUNTS_METRICS_MAX 40
#define COUNTS_NAME_MAX    32

struct counts;

struct counts *counts_new(void);
void counts_free(struct counts *counts);

/* Takes a `!count` line. Returns NULL, or what is wrong with it. */
const char *counts_add(struct counts *counts, const struct record *record);

/*
 * Calls `each` for every metric of `region` and forgets the region. Returns false if the region is
 * unknown.
 */
bool counts_take(struct counts *counts, int64_t region,
                 void (*each)(void *context, const char *metric, int64_t value), void *context);

/* Returns the unit of a metric of the library. */
const char *counts_unit(const char *metric);
