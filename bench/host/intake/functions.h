/* SPDX-License-Identifier: MIT */
/*
 * Counts per function of the kernel: joins the instrumentation library's `!frame` and `!function` lines to samples, adds
 * them up per benchmark row, and stores the sums.
 *
 * A frame is a function together with the chain of calls that led to it.
 */
#pragma once

#include "bench/host/intake/budget.h"
#include "bench/host/intake/record.h"
#include "bench/host/intake/rows.h"
#include "bench/host/store/store.h"

#define FUNCTIONS_FRAMES_MAX  100000 /* as many as the library makes */
#define FUNCTIONS_DEPTH_MAX   256    /* calls, more than the library follows */
#define FUNCTIONS_PENDING_MAX 200000 /* lines that wait for a sample */
#define FUNCTIONS_METRICS_MAX 32

struct functions;

/* NULL without memory. */
struct functions *functions_new(void);
void functions_free(struct functions *functions);

/* Take a line. Each returns NULL, or what is wrong with it. */
const char *functions_frame(struct functions *functions, const struct record *record);
const char *functions_add(struct functions *functions, const struct record *record);

/* A sample of the open row has this region: what is known of the region is added to the
 * row, unless it is of the warm-up. Returns NULL, or in words that a sum is too large. */
const char *functions_take(struct functions *functions, int64_t region, enum row_class class);

/* The row ended: stores its sums and begins anew. Returns NULL, or what the budget has not enough for. */
const char *functions_store(struct functions *functions, struct store *store, const struct store_row *row,
                            struct budget *budget);

/* How many lines, sums and frames were looked at so far, which is what the work grows with. For tests. */
uint64_t functions_steps(const struct functions *functions);
