/* SPDX-License-Identifier: MIT */
#include "isolation/kernel_roots.h"

#include "lib/string.h"
#include "mem/frames.h"
#include "mem/paging.h"

enum { NEXT = KERNEL_LINKS_PML4, PREVIOUS };

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
	copy_bytes(new, first, PAGE_SIZE); /* the next one is that of `first` */
	new[KSTACK_FIXED_PML4] = new[COPY_ENTRY_PML4] = 0;
	new[PREVIOUS] = kernel_pml4;
	if (first[NEXT])
		at(first[NEXT])[PREVIOUS] = frame;
	first[NEXT] = frame;
	return frame;
}

void kernel_root_destroy(uint64_t pml4)
{
	const pte_t *old = at(pml4);

	at(old[PREVIOUS])[NEXT] = old[NEXT];
	if (old[NEXT])
		at(old[NEXT])[PREVIOUS] = old[PREVIOUS];
	frame_free(pml4);
}

bool kernel_root_is_in_step(uint64_t pml4)
{
	const pte_t *own = at(pml4), *first = at(kernel_pml4);

	for (unsigned i = 0; i < 512; i++)
		if (i != KSTACK_FIXED_PML4 && i != COPY_ENTRY_PML4 && i != NEXT && i != PREVIOUS &&
		    ((own[i] ^ first[i]) & ~PTE_ACCESSED))
			return false;
	return true;
}

void kernel_roots_follow(uintptr_t address)
{
	const unsigned index = PML4_INDEX(address);
	const pte_t *first = at(kernel_pml4);

	/* All the others are equal, apart from accessed flags. */
	if (!first[NEXT] || pte_frame(at(first[NEXT])[index]) == pte_frame(first[index]))
		return;
	for (uint64_t pml4 = first[NEXT]; pml4; pml4 = at(pml4)[NEXT])
		at(pml4)[index] = first[index];
}
