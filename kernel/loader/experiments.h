/* SPDX-License-Identifier: MIT */
/*
 * Settings and measurements of a loader's window, for benchmarks and experiments only. With a
 * loader that has no window, these functions do nothing and return 0 or NULL.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How the window is flushed after it was unmapped. The design note that proposed it loads CR3. */
enum loader_flush {
	LOADER_FLUSH_INVLPG, /* page by page; the default */
	LOADER_FLUSH_CR3,    /* by a load of CR3, once per use */
};
void loader_set_flush(enum loader_flush flush);

/*
 * Returns the number of page tables that the window keeps between loads. loader_trim() frees them.
 */
size_t loader_window_tables(void);

/* Returns the lock that is held while, and only while, the window is open. */
struct spinlock;
struct spinlock *loader_window_lock(void);

/*
 * Starts (true) or stops measuring how long that lock is held with interrupts off. Returns the
 * longest time since the last call, in TSC ticks, and resets it.
 */
uint64_t loader_measure_lock(bool on);
