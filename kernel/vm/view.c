/* SPDX-License-Identifier: MIT */
/*
 * A view uses one of VIEW_SLOTS slots, each of which is an entry of the kernel's PDPT. view_open()
 * makes the page tables below the entry, view_close() frees them.
 */
#include "vm/view.h"

#include "cpu/cpu.h"
#include "mem/paging.h"
#include "mem/tlb.h"

/* Bit of a page-table entry: the view co-owns the frame. The processor ignores it (SDM 3A 4.5). */
#define OWNED (1UL << 9)

_Static_assert(BACKING_SIZE_MAX <= PDPT_SPAN, "a backing fits a slot");
#define UNMAP_PAGES 32 /* pages that are unmapped and flushed at a time */

_Static_assert(PD_SPAN % (UNMAP_PAGES * PAGE_SIZE) == 0, "they lie in one page table");
_Static_assert(VIEW_SLOTS <= 64, "a bit for each slot");

/* Guarded by the kernel lock (cpu/lock.h). Bit n of `taken` is set while slot n is in use. */
static uint64_t taken;
static uint32_t tables[VIEW_SLOTS]; /* list of the page tables of each view */

/*
 * Returns the page-table entry for the page that contains `bytes`. That page is the page of zeros
 * in the kernel's image, or a frame of the backing in the direct map. If it is a frame of the
 * backing, the view becomes an owner of the frame. Returns 0 if the frame has too many owners.
 */
static pte_t entry_for(const void *bytes)
{
	const uintptr_t address = (uintptr_t)bytes & ~PAGE_MASK;
	const pte_t rights = PTE_PRESENT | PTE_NX | pcid_global;

	if (address >= KERNEL_BASE)
		return image_physical((const void *)address) | rights;
	return frame_share(virt_to_phys((const void *)address))
	               ? virt_to_phys((const void *)address) | rights | OWNED
	               : 0;
}

/*
 * Unmaps the pages of [start, end), which lie in one page table, and drops the view's share of
 * their frames.
 */
static void unmap(uintptr_t start, uintptr_t end)
{
	const size_t pages = (end - start) / PAGE_SIZE;
	pte_t *entry = paging_table(kernel_pml4, start, 0, NULL) + PT_INDEX(start), entries[UNMAP_PAGES];

	for (size_t i = 0; i < pages; i++) {
		entries[i] = entry[i];
		entry[i] = 0;
	}
	tlb_flush_pages(start, pages);
	for (size_t i = 0; i < pages; i++)
		if (entries[i] & OWNED)
			frame_free(pte_frame(entries[i]));
}

/* Unmaps the first `size` bytes of a slot, frees its tables, and frees the slot. */
static void close(unsigned slot, size_t size)
{
	const uintptr_t base = VIEW_BASE + slot * PDPT_SPAN;
	const uintptr_t end = base + ((size + PAGE_MASK) & ~PAGE_MASK);
	pte_t *pdpt = phys_to_virt(pte_frame(((pte_t *)phys_to_virt(kernel_pml4))[KERNEL_PDPT_PML4]));

	for (uintptr_t at = base; at < end; at += UNMAP_PAGES * PAGE_SIZE)
		unmap(at, end - at < UNMAP_PAGES * PAGE_SIZE ? end : at + UNMAP_PAGES * PAGE_SIZE);
	pdpt[PDPT_INDEX(base)] = 0;
	tlb_flush_tables(base);
	frame_list_free(&tables[slot]);
	taken &= ~(1UL << slot);
}

const void *view_open(const struct backing *backing, size_t size)
{
	const unsigned slot = (unsigned)__builtin_ctzl(~taken | 1UL << (VIEW_SLOTS - 1));
	const uintptr_t base = VIEW_BASE + slot * PDPT_SPAN;
	pte_t *table = NULL;

	if (taken & 1UL << slot)
		return NULL;
	taken |= 1UL << slot;
	tables[slot] = FRAME_LIST_END;
	for (size_t done = 0; done < size; done += PAGE_SIZE) {
		const void *bytes;
		pte_t entry;

		if (PT_INDEX(base + done) == 0)
			table = paging_table(kernel_pml4, base + done, 0, &tables[slot]);
		entry = table && backing->ops->bytes(backing, done, PAGE_SIZE, &bytes) ? entry_for(bytes) : 0;
		if (!entry) {
			close(slot, done);
			return NULL;
		}
		table[PT_INDEX(base + done)] = entry;
	}
	return (const void *)base;
}

void view_close(const void *bytes, size_t size)
{
	close((unsigned)(((uintptr_t)bytes - VIEW_BASE) / PDPT_SPAN), size);
}
