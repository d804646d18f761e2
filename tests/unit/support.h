/* SPDX-License-Identifier: MIT */
/*
 * Functions for the unit tests: physical memory for the code under test, expected panics, buffers
 * next to an inaccessible page, and random numbers that are the same in every run.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdbool.h>

#include "x86/layout.h"

#define ARENA_FRAMES 4096UL /* frames 0 … 4095 are valid for phys_to_virt() */
#define GARBAGE      0xa5   /* fills frames whose contents are undefined */

/*
 * Restarts the frame allocator with the frames 1 to `count`, full of garbage. `count` must be less
 * than ARENA_FRAMES. frame_alloc() returns the frames in ascending order.
 */
void memory_start(size_t count);

/*
 * Returns the allocator's link of a frame, which encodes whether it is free and how many owners it
 * has (mem/frames.c).
 */
uint32_t frame_link(uint64_t frame);

/* A set-up function for cmocka: calls memory_start(ARENA_FRAMES - 1) and returns 0. */
int memory_setup(void **state);

/*
 * Checks that the call panics with a message that matches `glob`. What the call changed before the
 * panic stays changed.
 */
#define assert_panics(call, glob)                                        \
	do {                                                             \
		expect_assert_failure(call);                             \
		if (!panic_matches(glob))                                \
			fail_msg("the panic says: %s", panic_message()); \
	} while (0)
bool panic_matches(const char *glob);
const char *panic_message(void);

/*
 * The text that the code under test has printed on the console, cut off when the buffer is full. A
 * test may clear it.
 */
extern char console_said[8 * 1024];

/*
 * guard_before() returns `size` bytes directly below an inaccessible page; guard_after() returns
 * GUARDED_ROOM bytes directly above one. All calls share the same memory.
 */
#define GUARDED_ROOM (64 * KIB)
void *guard_before(size_t size);
void *guard_after(void);

/*
 * xorshift64*, which gives the same numbers in every run. random_below(n) returns a number from 0
 * to n - 1.
 */
void random_start(uint64_t seed);
uint64_t random_next(void);
uint64_t random_below(uint64_t n);

/*
 * The number of basic blocks executed in the sources that unit.mk lists in UNIT_COUNTED: a measure
 * of time that is the same on every host.
 */
extern uint64_t blocks_run;
