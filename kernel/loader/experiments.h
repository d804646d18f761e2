/* SPDX-License-Identifier: MIT */
/*
 * What benchmarks and experiments change and measure of a loader's window, and nothing else needs.
 * Under a loader without a window these calls do nothing, and answer 0 or NULL.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How the window is flushed when it has been unmapped. The note that proposed it loads CR3. */
enum loader_flush {
	LOADER_FLUSH_INVLPG, /* page by page; the default */
	LOADER_FLUSH_CR3,    /* by a load of CR3, once for each use */
};
void loader_set_flush(enum loader_flush flush);

/* Page-table frames that the window keeps between loads; loader_trim() frees them. */
size_t loader_window_tables(void);

/* The lock around the window, which is held exactly while the window is open. */
struct spinlock;
struct spinlock *loader_window_lock(void);

/*
 * Starts (true) or stops to measure how long that lock is held, with interrupts off. Returns the
 * longest time since the last start, in TSC ticks.
 */
uint64_t loader_measure_lock(bool on);
