/* SPDX-License-Identifier: MIT */
#include "isolation/kernel_roots.h"

#include "lib/string.h"
#include "mem/frames.h"
#include "mem/paging.h"

/* Returns the PML4 at a physical address. */
static pte_t *at(uint64_t pml4)
{
	return phys_to_virt(pml4);
}

uint64_t kernel_root_create(void)
{
	const uint64_t frame = frame_alloc();
	pte_t *new, *first = at(kernel_pml4);

	if (frame == FRAME_NONE)
		return FRAME_NONE;
	new = at(frame);
	copy_bytes(new, first, PAGE_SIZE); /* this also copies the link to the next PML4 */
	new[KSTACK_FIXED_PML4] = new[COPY_ENTRY_PML4] = 0;
	new[KERNEL_LINK_PREVIOUS_PML4] = kernel_pml4;
	if (first[KERNEL_LINK_NEXT_PML4])
		at(first[KERNEL_LINK_NEXT_PML4])[KERNEL_LINK_PREVIOUS_PML4] = frame;
	first[KERNEL_LINK_NEXT_PML4] = frame;
	return frame;
}

void kernel_root_destroy(uint64_t pml4)
{
	const pte_t *old = at(pml4);

	at(old[KERNEL_LINK_PREVIOUS_PML4])[KERNEL_LINK_NEXT_PML4] = old[KERNEL_LINK_NEXT_PML4];
	if (old[KERNEL_LINK_NEXT_PML4])
		at(old[KERNEL_LINK_NEXT_PML4])[KERNEL_LINK_PREVIOUS_PML4] = old[KERNEL_LINK_PREVIOUS_PML4];
	frame_free(pml4);
}

bool kernel_root_is_in_step(uint64_t pml4)
{
	const pte_t *own = at(pml4), *first = at(kernel_pml4);

	for (unsigned i = 0; i < 512; i++)
		if (i != KSTACK_FIXED_PML4 && i != COPY_ENTRY_PML4 && i != KERNEL_LINK_NEXT_PML4 &&
		    i != KERNEL_LINK_PREVIOUS_PML4 && ((own[i] ^ first[i]) & ~PTE_ACCESSED))
			return false;
	return true;
}

void kernel_roots_follow(uintptr_t address)
{
	const unsigned index = PML4_INDEX(address);
	const pte_t *first = at(kernel_pml4);

	/*
	 * Apart from accessed flags, all other PML4s have equal entries, so it is enough to compare
	 * one of them.
	 */
	if (!first[KERNEL_LINK_NEXT_PML4] ||
	    pte_frame(at(first[KERNEL_LINK_NEXT_PML4])[index]) == pte_frame(first[index]))
		return;
	for (uint64_t pml4 = first[KERNEL_LINK_NEXT_PML4]; pml4; pml4 = at(pml4)[KERNEL_LINK_NEXT_PML4])
		at(pml4)[index] = first[index];
}
