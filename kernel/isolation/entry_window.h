/* SPDX-License-Identifier: MIT */
/*
 * bouncing: the pages of the entry window. They are the only supervisor pages in user tables. The
 * kernel's tables map them too, at the same addresses. The window can move from one place
 * (isolation/window_place.h) to another. The build chooses its number of pages
 * (ENTRY_WINDOW_PAGES, in kernel/axes.txt). The number determines what is in each page:
 *
 *   3 pages   0: the IDT of 256 gates, read-only
 *             1: entry and exit code (entry_window.asm), read-only and executable
 *             2: struct window_cpu: GDT, TSS, entry stacks and scratch words; writable
 *   2 pages   0: code, then a short IDT (IDT_SHORT in cpu/idt.h); read-only and executable
 *             1: struct window_cpu, writable
 *   1 page    0: code, struct window_cpu, then a short IDT; writable and executable
 *
 * The IDT is always at the end of page 0. Each further CPU would need one more page with a struct
 * window_cpu.
 */
#pragma once

#include "bench/protocol/marks.h"
#include "cpu/cpu.h"

#ifndef ENTRY_WINDOW_PAGES
#define ENTRY_WINDOW_PAGES 3
#endif
#define ENTRY_WINDOW_SIZE (ENTRY_WINDOW_PAGES * PAGE_SIZE)
#define WINDOW_PAGE_CODE  MARK_WINDOW_CODE(ENTRY_WINDOW_PAGES)
#define WINDOW_PAGE_CPU   (ENTRY_WINDOW_PAGES - 1)

/* Offsets in the window of the IDT, the code, and struct window_cpu. */
#define WINDOW_IDT        (PAGE_SIZE - IDT_GATES * 16UL)
#define WINDOW_CODE       (WINDOW_PAGE_CODE * PAGE_SIZE)
#define WINDOW_CPU \
	(ENTRY_WINDOW_PAGES > 1 ? WINDOW_PAGE_CPU * PAGE_SIZE : WINDOW_IDT - sizeof(struct window_cpu))

/* Bytes that the code may have. */
#define WINDOW_CODE_BYTES \
	(ENTRY_WINDOW_PAGES == 3 ? PAGE_SIZE : ENTRY_WINDOW_PAGES == 2 ? WINDOW_IDT : WINDOW_CPU)

_Static_assert(ENTRY_WINDOW_PAGES <= ENTRY_WINDOW_MAX, "the window fits its first place");
_Static_assert(ENTRY_WINDOW_PAGES == 3 || IDT_GATES < 256, "the IDT leaves room for the code");

/*
 * Bytes of each stack in the window. A stack holds the words that the hardware and the stub push,
 * and the registers that the entry code saves before it can use the kernel's stacks.
 */
#define WINDOW_STACK 128UL

/*
 * Everything that the entry code of one CPU needs under a user CR3. The kernel's GS base is the
 * address of this structure in the window, so GS-relative accesses work under both CR3s. cpu.self
 * is its address in the direct map.
 */
struct window_cpu {
	struct cpu cpu;
	uint64_t user_cr3;   /* loaded before a return to user mode; 0 before the first task */
	uint64_t kernel_cr3; /* loaded on an entry from user mode */
	/* Addresses in the window to which the kernel jumps for a return to user mode. */
	uint64_t leave_interrupt, leave_call, leave_first, leave_anywhere;
	uint64_t place;      /* number of the place at which this CPU uses the window */
	uint64_t base;       /* address of the window there */
	uint64_t call_entry; /* address in the kernel's image at which SYSCALL enters */
#if ENTRY_WINDOW_PAGES > 1
	uint8_t unused[PAGE_SIZE - sizeof(struct cpu) - 9 * sizeof(uint64_t) - 6 * WINDOW_STACK];
#endif
	/* The stack of RSP0, then the IST stacks of #DF, NMI, #MC, #DB and #GP. */
	uint8_t stacks[6][WINDOW_STACK];
};
_Static_assert(sizeof(struct window_cpu) == PAGE_SIZE || ENTRY_WINDOW_PAGES == 1, "a page");
_Static_assert((WINDOW_CPU + sizeof(struct window_cpu)) % 16 == 0, "the CPU aligns stacks to 16 bytes");
