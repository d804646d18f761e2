/* SPDX-License-Identifier: MIT */
/* shared: address_space_create() copies every entry of the kernel half. */
#include "isolation/isolation.h"

unsigned isolation_shared_entries(uint64_t pml4)
{
	const pte_t *own = phys_to_virt(pml4), *kernel = phys_to_virt(kernel_pml4);
	unsigned shared = 0;

	for (unsigned i = KERNEL_PML4_FIRST; i < 512; i++)
		shared += (kernel[i] & PTE_PRESENT) && pte_frame(own[i]) == pte_frame(kernel[i]);
	return shared;
}
