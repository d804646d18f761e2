/* SPDX-License-Identifier: MIT */
/*
 * Settings and measurements of a loader's window, for benchmarks and experiments only. With a
 * loader that has no window, these functions do nothing and return 0 or NULL.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * How the TLB entries of the window are flushed after it is unmapped. In the design note that
 * proposed the window, a load of CR3 flushes them.
 */
enum loader_flush {
	LOADER_FLUSH_INVLPG, /* one INVLPG per page; the default */
	LOADER_FLUSH_CR3,    /* one load of CR3 per use of the window */
};
void loader_set_flush(enum loader_flush flush);

/*
 * Returns the number of page tables that the window keeps between loads. loader_trim() frees them.
 */
size_t loader_window_tables(void);

/* Returns the lock of the window. The lock is held exactly as long as the window is open. */
struct spinlock;
struct spinlock *loader_window_lock(void);

/*
 * Starts (true) or stops (false) measuring how long the window's lock is held with interrupts off.
 * Returns the longest such time since the last call, in TSC ticks, and resets it.
 */
uint64_t loader_measure_lock(bool on);
