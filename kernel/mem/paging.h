/* SPDX-License-Identifier: MIT */
/*
 * Page tables of x86-64, four levels (SDM 3A 4.5), and the kernel half that every PML4 shares.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mem/frames.h"
#include "x86/layout.h"

typedef uint64_t pte_t;

#define PTE_PRESENT    (1UL << 0)
#define PTE_WRITE      (1UL << 1)
#define PTE_USER       (1UL << 2)
#define PTE_UNCACHED   (1UL << 4)
#define PTE_ACCESSED   (1UL << 5)
#define PTE_DIRTY      (1UL << 6)
#define PTE_LARGE      (1UL << 7)
#define PTE_GLOBAL     (1UL << 8)
#define PTE_NX         (1UL << 63)
#define PTE_FRAME      0x000ffffffffff000UL

#define PAGING_INVALID (~0UL) /* no translation */

static inline uint64_t pte_frame(pte_t entry)
{
	return entry & PTE_FRAME;
}

/*
 * The page table (512 entries, through the direct map) that maps `address` under the PML4 at
 * physical address `pml4`, with 4 KiB pages. Tables that are missing are made, with `flags`
 * (PTE_USER or 0) in the entries that lead to them, and pushed on the frame list `tables`, unless
 * that is NULL: then none are made. Returns NULL when one is missing or there is no memory;
 * tables made until then stay, on the list.
 */
pte_t *paging_table(uint64_t pml4, uintptr_t address, uint64_t flags, uint32_t *tables);

/*
 * The page table that maps `address`, or NULL; `span` gets how many bytes, aligned to their number, the answer is for:
 * PD_SPAN with a table, and what the first missing entry would map without.
 */
pte_t *paging_look_up(uint64_t pml4, uintptr_t address, size_t *span);

/*
 * The physical address that `address` translates to under `pml4`, by walking the tables in
 * software, or PAGING_INVALID. `entry`, when not NULL, gets the leaf entry.
 */
uint64_t paging_translate(uint64_t pml4, uintptr_t address, pte_t *entry);

/*
 * Calls visit(address, size, leaf, flags, argument) for every present leaf of the half that
 * `first` … `last` (PML4 indices) spans. `flags` holds the rights that all levels together grant:
 * PTE_WRITE, PTE_USER, PTE_NX.
 */
void paging_visit(uint64_t pml4, unsigned first, unsigned last,
                  void (*visit)(uintptr_t address, size_t size, pte_t leaf, uint64_t flags, void *argument),
                  void *argument);

/*
 * Builds the kernel half (direct map of `ranges` with the largest pages that fit, kernel image
 * with W^X) and loads it. The text of the image is read-only in the direct map too. `flags`
 * (isolation_kernel_flags()) are set in every page.
 */
void paging_init(const struct memory_range *ranges, size_t count, uint64_t flags);

/* Physical address of the kernel's own PML4: the kernel half and nothing else. */
extern uint64_t kernel_pml4;

/*
 * Maps one page in the kernel's shared half, making tables as needed, which stay. Returns 0, or
 * -ENOMEM. Whoever maps pages for a while clears their entries and flushes them.
 */
int paging_map_kernel(uintptr_t address, uint64_t frame, uint64_t flags);

/*
 * The same with a large page of `span` bytes, PD_SPAN or PDPT_SPAN, of which `address` and `physical` are multiples.
 * Replaces what is mapped there with a page of that size, but never a table: -EEXIST.
 */
int paging_map_kernel_large(uintptr_t address, uint64_t physical, uint64_t span, uint64_t flags);

/* Takes such a large page out again and flushes it. */
void paging_unmap_kernel_large(uintptr_t address, uint64_t span);
