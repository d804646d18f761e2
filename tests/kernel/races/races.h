/* SPDX-License-Identifier: MIT */
/*
 * Stress for several CPUs, which runs under many schedules (lib/schedule.h). Each function below
 * runs one kind of stress. It draws all that it does from `seed`, and compares the result with a
 * reference. It returns NULL, or a text that says what went wrong. At least two CPUs must run. The
 * data is static, since other CPUs do not map this CPU's stack if stacks are fixed.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cpu/cpus.h"

#define RACE_PATIENCE 20 /* s; much more than a CPU needs, even on a busy host */

/* What has been done since the boot. */
struct race_counts {
	uint64_t maps, unmaps, remaps; /* pages */
	uint64_t reads, faults;        /* of pages, by all CPUs; how many of these found no page */
	uint64_t items, sleeps;        /* wake-ups that were given; how often a CPU blocked */
	uint64_t calls, starts;        /* functions that CPUs called; CPUs that were started again */
};
extern struct race_counts race_counts;

/* CPUs read pages, while this CPU maps, unmaps and changes these, and frees and reuses the frames. */
const char *race_pages(uint64_t seed);

/* Up to eight CPUs wait for items, and hand items to each other. */
const char *race_waits(uint64_t seed);

/* CPUs call functions, go idle and are woken, while all flush. */
const char *race_calls(uint64_t seed);

/* A CPU is stopped and started again. */
const char *race_starts(uint64_t seed);

/* Returns the next of the random numbers that follow from *state. */
uint64_t race_random(uint64_t *state);

/* Returns true if all CPUs have returned from the functions that they were asked to call. */
bool race_all_done(void);

/* Waits until race_all_done() or for RACE_PATIENCE. Returns what race_all_done() returns. */
bool race_wait_for_all(void);

/* Returns true once RACE_PATIENCE has passed since `start`, a value of timestamp(). */
bool race_is_late(uint64_t start);
