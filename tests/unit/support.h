/* SPDX-License-Identifier: MIT */
/*
 * What the unit tests share: physical memory for the code under test, panics that can be expected,
 * buffers that end at a page that is not there, and random numbers that are the same in every run.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdbool.h>

#include "x86/layout.h"

#define ARENA_FRAMES 4096UL /* frames that phys_to_virt() knows, from frame 0 on */
#define GARBAGE      0xa5   /* fills frames whose contents are undefined */

/*
 * Starts the frame allocator anew over frames 1 … `count` (less than ARENA_FRAMES), full of garbage.
 * frame_alloc() hands them out in ascending order.
 */
void memory_start(size_t count);

/* The allocator's link of a frame: which frames are free and how many owners one has (mem/frames.c). */
uint32_t frame_link(uint64_t frame);

/* Group set-up: memory_start(ARENA_FRAMES - 1). */
int memory_setup(void **state);

/* The call must panic with a message that matches `glob`. State that it left behind stays. */
#define assert_panics(call, glob)                                        \
	do {                                                             \
		expect_assert_failure(call);                             \
		if (!panic_matches(glob))                                \
			fail_msg("the panic says: %s", panic_message()); \
	} while (0)
bool panic_matches(const char *glob);
const char *panic_message(void);

/* What the code under test said on the console, as far as there is room; a test may empty it. */
extern char console_said[8 * 1024];

/* `size` bytes directly below a page that is not there (above one, with guard_after()). */
#define GUARDED_ROOM (64 * KIB)
void *guard_before(size_t size);
void *guard_after(void);

/* xorshift64*: the same numbers in each run. random_below(n) is 0 … n - 1. */
void random_start(uint64_t seed);
uint64_t random_next(void);
uint64_t random_below(uint64_t n);

/* Basic blocks that were run so far of the sources that unit.mk says are counted: a time that is the same on every host. */
extern uint64_t blocks_run;
