/* SPDX-License-Identifier: MIT */
/* shared: one PML4 for user mode and kernel, with every entry of the kernel half. */
#include "isolation/isolation.h"

#include "lib/errno.h"
#include "lib/string.h"

uint64_t isolation_kernel_flags(void)
{
	return cpu_features.pge ? PTE_GLOBAL : 0;
}

void isolation_init_cpu(struct cpu *cpu)
{
	(void)cpu; /* the user tables hold the whole kernel half */
}

int isolation_root_create(struct root *root)
{
	uint64_t frame = frame_alloc();

	if (frame == FRAME_NONE)
		return -ENOMEM;
	/* The user half of kernel_pml4 is empty. */
	copy_bytes(phys_to_virt(frame), phys_to_virt(kernel_pml4), PAGE_SIZE);
	root->user = root->kernel = pcid_on ? pcid_take(frame) : frame;
	return 0;
}

void isolation_root_destroy(const struct root *root)
{
	if (pcid_on)
		pcid_give(root->user);
	frame_free(root_pml4(root->user));
}

const char *isolation_check(const struct root *root)
{
	const pte_t *own = phys_to_virt(root_pml4(root->user)), *kernel = phys_to_virt(kernel_pml4);
	unsigned shared = 0;

	if (root->user != root->kernel)
		return "user mode and kernel have different tables";
	for (unsigned i = KERNEL_PML4_FIRST; i < 512; i++)
		shared += (kernel[i] & PTE_PRESENT) && pte_frame(own[i]) == pte_frame(kernel[i]);
	return shared >= 2 ? NULL : "direct map and kernel PDPT were expected";
}
