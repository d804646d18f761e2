/* SPDX-License-Identifier: MIT */
/*
 * Counts per function of the kernel: joins the `!function` lines of the instrumentation library to
 * the samples of their regions (counts.h), adds up the counts of each benchmark row, and stores the
 * sums.
 *
 * A frame is a function together with the chain of calls that led to it. A `!frame` line defines a
 * frame and gives it an id. A `!function` line has the counts of one frame in one region.
 */
#pragma once

#include "bench/host/intake/budget.h"
#include "bench/host/intake/record.h"
#include "bench/host/intake/rows.h"
#include "bench/host/store/store.h"

#define FUNCTIONS_FRAMES_MAX  100000 /* the library's own limit */
#define FUNCTIONS_DEPTH_MAX   256    /* nested calls; the library follows fewer */
#define FUNCTIONS_PENDING_MAX 200000 /* `!function` lines whose sample has not arrived */
#define FUNCTIONS_METRICS_MAX 32     /* different metrics in one launch */

struct functions;

/* Returns a new, empty object, which functions_free() frees, or NULL if out of memory. */
struct functions *functions_new(void);
void functions_free(struct functions *functions);

/*
 * functions_frame() stores the frame of a `!frame` line, functions_add() the counts of a
 * `!function` line. Both return NULL, or a description of what is wrong with the line.
 */
const char *functions_frame(struct functions *functions, const struct record *record);
const char *functions_add(struct functions *functions, const struct record *record);

/*
 * Adds the counts of `region` to the sums of the open row. Call it for each sample for which
 * counts_take() returned true, with the sample's region and class. Drops the counts of a warm-up
 * sample. Returns NULL, or a message if a sum exceeds INT64_MAX.
 */
const char *functions_take(struct functions *functions, int64_t region, enum row_class class);

/*
 * Stores the sums for the benchmark row `row`, which has ended. Then clears the sums. Returns NULL,
 * or a description of the limit that was exceeded (budget.h).
 */
const char *functions_store(struct functions *functions, struct store *store, const struct store_row *row,
                            struct budget *budget);

/*
 * Returns how many lines, sums and frames were visited so far. Tests use this as a measure of the
 * work done.
 */
uint64_t functions_steps(const struct functions *functions);
