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

/* Returns NULL if out of memory. */
struct functions *functions_new(void);
void functions_free(struct functions *functions);

/* Take a line. Each returns NULL, or what is wrong with it. */
const char *functions_frame(struct functions *functions, const struct record *record);
const char *functions_add(struct functions *functions, const struct record *record);

/*
 * Adds the lines of `region`, which a sample of the open row names, to the row, unless the sample
 * is of warm-up. Returns NULL, or a message if a sum is too large.
 */
const char *functions_take(struct functions *functions, int64_t region, enum row_class class);

/*
 * Stores the sums of the row that ended and clears them. Returns NULL, or what the budget is too
 * small for.
 */
const char *functions_store(struct functions *functions, struct store *store, const struct store_row *row,
                            struct budget *budget);

/* For tests: how many lines, sums and frames have been visited, a measure of the work done. */
uint64_t functions_steps(const struct functions *functions);
