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
 * Returns the page table (512 entries, in the direct map) that maps `address` with 4 KiB pages
 * under the PML4 at physical address `pml4`. Makes missing tables, with `flags` (PTE_USER or 0) in
 * the entries that point to them, and pushes them on the frame list `tables`. But if `tables` is
 * NULL, makes no table, and returns NULL if one is missing. Also returns NULL if a large page is in
 * the way, or if out of memory; tables made before the error stay on the list.
 */
pte_t *paging_table(uint64_t pml4, uintptr_t address, uint64_t flags, uint32_t *tables);

/*
 * Returns the page table that maps `address` with 4 KiB pages, or NULL if there is none. Sets *span
 * to the number of bytes that the last entry of the walk covers. That is PD_SPAN if there is a page
 * table; otherwise it is PD_SPAN, PDPT_SPAN or PML4_SPAN. The result is the same for all addresses
 * that this entry covers.
 */
pte_t *paging_look_up(uint64_t pml4, uintptr_t address, size_t *span);

/*
 * Walks the tables in software. Returns the physical address that `address` translates to under
 * `pml4`, or PAGING_INVALID. If `entry` is not NULL, it is set to the leaf entry.
 */
uint64_t paging_translate(uint64_t pml4, uintptr_t address, pte_t *entry);

/*
 * Calls visit(address, size, leaf, flags, argument) for every present leaf entry below the PML4
 * entries `first` … `last`. `size` is the number of bytes that the leaf entry maps. `flags` has
 * PTE_WRITE, PTE_USER and PTE_NX as they result from the entries of all levels.
 */
void paging_visit(uint64_t pml4, unsigned first, unsigned last,
                  void (*visit)(uintptr_t address, size_t size, pte_t leaf, uint64_t flags, void *argument),
                  void *argument);

/*
 * Builds and loads the kernel half: a direct map of `ranges` with the largest pages that fit, and
 * the kernel image. No page is both writable and executable. The image's text and constants are
 * read-only in the direct map too. Every page has `flags` (isolation_kernel_flags()). Panics if out
 * of memory.
 */
void paging_init(const struct memory_range *ranges, size_t count, uint64_t flags);

/* Returns the number of page tables that the kernel half has, without kernel_pml4. */
size_t paging_kernel_tables(void);

/*
 * An address in the kernel's image minus image_offset is its physical address. The loader may put
 * the image anywhere, so the boot code sets image_offset before it calls paging_init().
 */
extern uint64_t image_offset;

/* Returns the physical address of something in the kernel's image: code, a constant, a variable. */
static inline uint64_t image_physical(const void *address)
{
	return (uintptr_t)address - image_offset;
}

/* Physical address of the kernel's own PML4. It has the kernel half, and maps no user pages. */
extern uint64_t kernel_pml4;

/*
 * Maps a page in the shared kernel half. Tables made for it are never freed. Returns 0, or -ENOMEM
 * if out of memory or if a large page is in the way. To unmap the page, clear its entry and flush
 * the page.
 */
int paging_map_kernel(uintptr_t address, uint64_t frame, uint64_t flags);

/*
 * Maps a large page in the shared kernel half. `span` is PD_SPAN or PDPT_SPAN; `address` and
 * `physical` must be multiples of it. The page may replace a page of the same size. Returns 0,
 * -EEXIST if there is a table in its place, or -ENOMEM if out of memory or if a larger page is in
 * the way.
 */
int paging_map_kernel_large(uintptr_t address, uint64_t physical, uint64_t span, uint64_t flags);

/* Unmaps a page that paging_map_kernel_large() has mapped, and flushes it. */
void paging_unmap_kernel_large(uintptr_t address, uint64_t span);
