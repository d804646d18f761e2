/* SPDX-License-Identifier: MIT */
/*
 * Views of files: VIEW_SLOTS places in the kernel's PDPT, an entry each. A view makes the tables below its entry, and takes
 * them along.
 */
#include "vm/view.h"

#include "cpu/cpu.h"
#include "mem/paging.h"
#include "mem/pcid.h"

#define OWNED \
	(1UL << 9) /* the processor ignores it (SDM 3A 4.5, table 4-20): the view is an owner of the frame */

_Static_assert(BACKING_SIZE_MAX <= PDPT_SPAN, "a backing fits a slot");
_Static_assert(VIEW_SLOTS <= 64, "a bit for each slot");

static uint64_t taken;
static uint32_t tables[VIEW_SLOTS]; /* of each view */

/* What maps these bytes of a file: in the direct map they are a frame of the file's, else zeros of the kernel's image. 0: it has too many owners. */
static pte_t entry_for(const void *bytes)
{
	const uintptr_t address = (uintptr_t)bytes & ~PAGE_MASK;
	const pte_t rights = PTE_PRESENT | PTE_NX | pcid_global;

	if (address >= KERNEL_BASE)
		return (address - KERNEL_VMA) | rights;
	return frame_share(virt_to_phys((const void *)address))
	               ? virt_to_phys((const void *)address) | rights | OWNED
	               : 0;
}

/* Takes out the first `size` bytes, and all tables. */
static void close(unsigned slot, size_t size)
{
	const uintptr_t base = VIEW_BASE + slot * PDPT_SPAN;
	pte_t *pdpt = phys_to_virt(pte_frame(((pte_t *)phys_to_virt(kernel_pml4))[KERNEL_PDPT_PML4]));
	pte_t *table = NULL;

	for (uintptr_t at = base; at < base + size; at += PAGE_SIZE) {
		pte_t entry;

		if (PT_INDEX(at) == 0)
			table = paging_table(kernel_pml4, at, 0, NULL);
		entry = table[PT_INDEX(at)];
		table[PT_INDEX(at)] = 0;
		invlpg(at);
		if (entry & OWNED)
			frame_free(pte_frame(entry));
	}
	pdpt[PDPT_INDEX(base)] = 0;
	pcid_flush_tables(base);
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
