/* SPDX-License-Identifier: MIT */
/*
 * bouncing: the places of the entry window. A place is the address of the window in one or more
 * spaces. Place 0 is at ENTRY_WINDOW_BASE. A new space gets place 0 or, with places=own on the
 * command line, a place of its own. If a program uses an address of the window, the window moves to
 * another place in that space. Two places never overlap, so the kernel's tables map all of them.
 *
 * The number of a space's place is stored in its PML4, in bits that the processor ignores: bits 62
 * to 52 of the entry PLACE_PML4 (SDM 3A 4.5.4), which is present from the start.
 */
#pragma once

#include "isolation/entry_window.h"
#include "mem/root.h"

#define PLACE_SHIFT 52
#define PLACES_MAX  1024U /* the most places at a time; numbers have 11 bits, so at most 2048 */
#define PLACE_PML4  PML4_INDEX(ENTRY_WINDOW_BASE)

/* Stores `value` in a 64-bit field of this CPU's struct window_cpu, with a single instruction. */
#define WINDOW_STORE(field, value)                                                         \
	__asm__ volatile("movq %0, %%gs:%c1"                                               \
	                 :                                                                 \
	                 : "r"((uint64_t)(value)), "i"(offsetof(struct window_cpu, field)) \
	                 : "memory")

/* Reads a 64-bit field of this CPU's struct window_cpu. */
#define WINDOW_LOAD(field)                                                   \
	({                                                                   \
		uint64_t window_value;                                       \
		__asm__ volatile("movq %%gs:%c1, %0"                         \
		                 : "=r"(window_value)                        \
		                 : "i"(offsetof(struct window_cpu, field))); \
		window_value;                                                \
	})

/* The entry code in the kernel's image (entry_window.asm). */
extern char entry_text[], entry_text_end[];

static inline unsigned window_place_of(const struct root *root)
{
	const pte_t *pml4 = phys_to_virt(root_pml4(root->user));

	return (unsigned)(pml4[PLACE_PML4] >> PLACE_SHIFT) & 2047;
}

/*
 * If a byte of the entry code is linked at `address`, returns the address at which this CPU
 * executes this byte. Otherwise returns `address`.
 */
static inline uintptr_t window_entry_address(uintptr_t address)
{
	const uintptr_t offset = address - (uintptr_t)entry_text;

	return offset < WINDOW_CODE_BYTES ? WINDOW_LOAD(base) + WINDOW_CODE + offset : address;
}

/*
 * Called only if PCIDs are in use. Makes the next return to user mode load root->user. If the PCID
 * of the space that was loaded before must still be flushed, the next load of that space flushes
 * it.
 */
void window_change_pcid(const struct root *root);

/* Returns the struct window_cpu in `frame`, the frame of the window's last page. */
static inline struct window_cpu *window_cpu_in(uint64_t frame)
{
	return (struct window_cpu *)((uintptr_t)phys_to_virt(frame) + WINDOW_CPU -
	                             WINDOW_PAGE_CPU * PAGE_SIZE);
}

/* Makes this CPU use the window at the place with this number. Interrupts must be off. */
void window_enter(unsigned place);

/* Returns the address of the window in a space. */
uintptr_t window_base_of(const struct root *root);

/* Returns true if the window of a space has a page in the range. */
bool window_meets(const struct root *root, uintptr_t start, size_t pages);

/* Moves the window of a space; see isolation_make_room() in isolation/isolation.h. */
int window_move(const struct root *root, uint32_t *tables,
                uintptr_t (*find)(void *space, size_t pages, unsigned n), void *space);

/*
 * Counts since boot, for benchmarks: how often the window of a space has moved, and how often this
 * CPU has changed the place that it uses.
 */
struct window_counts {
	uint64_t moves, entered;
};
extern struct window_counts window_counts;

/*
 * The bits of the kernel's CR3 values besides the PML4's address: the kernel's PCID and CR3_NO_FLUSH,
 * or 0. All kernel tables use the same PCID.
 */
extern uint64_t window_kernel_pcid;

/* If true, each new space gets a place of its own. Set at boot and by benchmarks. */
extern bool window_own_places;

/*
 * Makes place 0 and maps it in the kernel's tables. `frames` has the frames of the window's pages.
 * Panics if out of memory. Called once, at boot.
 */
void window_init(const uint64_t frames[ENTRY_WINDOW_PAGES]);
