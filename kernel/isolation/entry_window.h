/* SPDX-License-Identifier: MIT */
/*
 * bouncing: the pages of the entry window. They are the only supervisor pages in user tables. The
 * kernel's tables map them too, at the same addresses. The window can move from one place
 * (isolation/window_place.h) to another, but the order of its pages is always this:
 *
 *   page 0   the IDT, read-only
 *   page 1   entry and exit code (entry_window.asm), read-only and executable
 *   page 2   struct window_cpu: GDT, TSS, entry stacks and scratch words; writable
 *
 * Each further CPU would need one more page of the third kind.
 */
#pragma once

#include "bench/protocol/marks.h"
#include "cpu/cpu.h"

#define WINDOW_PAGE_IDT    0
#define WINDOW_PAGE_CODE   1
#define WINDOW_PAGE_CPU    2
#define ENTRY_WINDOW_PAGES 3
#define ENTRY_WINDOW_SIZE  (ENTRY_WINDOW_PAGES * PAGE_SIZE)
_Static_assert(ENTRY_WINDOW_PAGES <= ENTRY_WINDOW_MAX, "the window fits its first place");
_Static_assert(WINDOW_PAGE_CODE == MARK_WINDOW_CODE, "Bochs's library finds the code");

/*
 * Bytes of each stack in the window. A stack holds the words that the hardware and the stub push,
 * and the registers that the entry code saves before it can use the kernel's stacks.
 */
#define WINDOW_STACK 128UL

/*
 * A page with everything that the entry code of one CPU needs under a user CR3. The kernel's GS
 * base is the address of this page in the window, so GS-relative accesses work under both CR3s.
 * cpu.self is the address of the page in the direct map.
 */
struct window_cpu {
	struct cpu cpu;
	uint64_t user_cr3;   /* to load before a return to user mode; 0 before the first task */
	uint64_t kernel_cr3; /* to load on an entry from user mode */
	/* Addresses in the window to which the kernel jumps for a return to user mode. */
	uint64_t leave_interrupt, leave_call, leave_first, leave_anywhere;
	uint64_t place;      /* number of the place at which this CPU uses the window */
	uint64_t base;       /* address of the window there */
	uint64_t call_entry; /* where SYSCALL enters: an address in the kernel's image */
	uint8_t unused[PAGE_SIZE - sizeof(struct cpu) - 9 * sizeof(uint64_t) - 6 * WINDOW_STACK];
	/* The stack of RSP0, then the IST stacks of #DF, NMI, #MC, #DB and #GP. */
	uint8_t stacks[6][WINDOW_STACK];
};
_Static_assert(sizeof(struct window_cpu) == PAGE_SIZE, "a page");
