/* SPDX-License-Identifier: MIT */
/*
 * Timing: sorts a plan's boots by how long they will take, estimates the time that a run still
 * takes, and keeps its durations for later runs.
 */
#pragma once

#include "bench/host/intake/record.h"
#include "bench/host/session/plan.h"

/*
 * Sorts the boots of each round by duration, longest first, so that no slot is left with a long
 * boot at the end. A round keeps its order if its engine measures real time or has variants, or if
 * the duration of one of its boots is unknown.
 */
void timing_order(struct plan *plan, const struct options *options);

struct timing;

/* Returns the timing of a run with `slots` boots at a time, or NULL if out of memory. The plan and
 * the options must outlive it. All functions below do nothing for NULL. */
struct timing *timing_new(const struct plan *plan, const struct options *options, size_t slots);
void timing_free(struct timing *timing);

/* Notes that job `index` of the plan starts. Returns the context for timing_record(). */
void *timing_starts(struct timing *timing, size_t index);

/* For `observe` of struct launch_setup: notes the start of a row. */
void timing_record(void *context, const struct record *record);

/* Notes that the job has ended. Only the durations of complete boots are kept. */
void timing_ends(struct timing *timing, size_t index, bool complete);

/* Returns the seconds that are left; the result is negative if they are unknown. Sets *part to the
 * part of the run that is done, from 0 to 1. */
double timing_left(const struct timing *timing, double *part);

/* Writes the durations of this run to `folder`/durations.tsv. Also keeps them for later runs unless
 * this run is a replay (replay.h). */
void timing_keep(const struct timing *timing, const char *folder);
