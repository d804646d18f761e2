/* SPDX-License-Identifier: MIT */
/*
 * Watches real loads with breakpoints (SDM 3B 17.2): nothing in the kernel or the loader is
 * changed. Each function of struct spawn_watch is called at most once per load, with interrupts
 * off, by the exception that the breakpoint raises. Functions may be NULL, and may change the trap
 * frame.
 */
#pragma once

#include "bench/guest/experiments/pitfalls.h"

struct spawn_watch {
	void (*entered)(struct trap_frame *frame); /* loader_load() is about to start */
	void (*mapping)(struct trap_frame *frame); /* address_space_map() is about to start */
	/* The loader has stored the first byte of the image at that byte's user address. */
	void (*storing)(struct trap_frame *frame);
};

/* Number of loads per call of the following functions. */
#define WATCHED_SPAWNS 16

/*
 * Runs the program `nest`, which makes WATCHED_SPAWNS spawn calls and waits for each child. Returns
 * true if all of them succeeded.
 */
bool watch_spawns_of_program(const struct spawn_watch *watch);

/*
 * Makes WATCHED_SPAWNS spawn calls from the kernel's own task with interrupts off. Returns true if
 * all of them succeeded.
 */
bool watch_spawns_of_kernel(const struct spawn_watch *watch);
