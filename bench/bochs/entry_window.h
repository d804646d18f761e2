/* SPDX-License-Identifier: MIT */
/*
 * The entry window: pages of the user half that the kernel uses for its entries and returns (ISOLATION
 * bouncing). The markers MARK_WINDOW_LOW and MARK_WINDOW say where it is.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "bench/bochs/rip.h"
#include "bench/bochs/symbols.h"
#include "bench/protocol/marks.h"

enum { PAGE_BYTES = 4096 };

/* The window that a CPU uses now. `bytes` is 0 if it uses none. */
struct entry_window {
	uint64_t low, base, bytes; /* `low` is the argument of the last MARK_WINDOW_LOW */
};
extern struct entry_window entry_windows[MAX_CPUS];

static inline bool in_entry_window(unsigned cpu, uint64_t address)
{
	return address - entry_windows[cpu].base < entry_windows[cpu].bytes;
}

/* The pages of the window count as a part of the kernel half. */
static inline bool in_kernel_half(unsigned cpu, uint64_t address)
{
	return address >> 63 || in_entry_window(cpu, address);
}

/* Returns the address that the code at `address` has in the kernel's image. The two addresses
 * differ only if `address` is in the window's page of code. */
static inline uint64_t linked_address(const struct symbols *symbols, unsigned cpu, uint64_t address)
{
	const struct entry_window *window = &entry_windows[cpu];
	const uint64_t offset =
	        address - window->base - MARK_WINDOW_CODE(window->bytes / PAGE_BYTES) * PAGE_BYTES;

	return in_entry_window(cpu, address) && offset < PAGE_BYTES && symbols_entry_code(symbols)
	               ? symbols_entry_code(symbols) + offset
	               : address;
}
