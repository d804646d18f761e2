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

int isolation_thread_root_create(struct root *root, const struct root *space, bool own)
{
	uint64_t frame;
	pte_t *pml4;

	*root = *space;
	if (!own)
		return 0;
	if (pcid_on)
		return -ENOSYS;
	frame = frame_alloc();
	if (frame == FRAME_NONE)
		return -ENOMEM;
	pml4 = phys_to_virt(frame);
	copy_bytes(pml4, phys_to_virt(root_pml4(space->user)), PAGE_SIZE);
	pml4[KSTACK_FIXED_PML4] = 0;
	root->user = root->kernel = frame;
	return 0;
}

void isolation_thread_root_destroy(const struct root *root, const struct root *space)
{
	if (root->user != space->user)
		frame_free(root_pml4(root->user));
}

bool isolation_thread_root_follows(const struct root *root, const struct root *space, uintptr_t address)
{
	pte_t *own = (pte_t *)phys_to_virt(root_pml4(root->user)) + PML4_INDEX(address);
	const pte_t *entry = (const pte_t *)phys_to_virt(root_pml4(space->user)) + PML4_INDEX(address);

	if (address >= USER_TOP || *own || !*entry)
		return false;
	*own = *entry;
	return true;
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
