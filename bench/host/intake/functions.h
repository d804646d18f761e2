/* SPDX-License-Identifier: MIT */
/*
 * Counts per function of the kernel: joins the instrumentation library's `!frame` and `!function`
 * lines to samples, adds them up per benchmark row, and stores the sums.
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

/* Take a line. Return NULL, or what is wrong with it. */
const char *functions_frame(struct functions *functions, const struct record *record);
const char *functions_add(struct functions *functions, const struct record *record);

/*
 * Adds the lines of `region`, named by a sample of the open row, to that row, unless it is a
 * warm-up sample. Returns NULL, or a message if a sum is too large.
 */
const char *functions_take(struct functions *functions, int64_t region, enum row_class class);

/*
 * Stores the sums of the row that ended and clears them. Returns NULL, or a description of the
 * limit that was passed (budget.h).
 */
const char *functions_store(struct functions *functions, struct store *store, const struct store_row *row,
                            struct budget *budget);

/* For tests: returns the number of lines, sums and frames visited, a measure of the work done. */
uint64_t functions_steps(const struct functions *functions);
