/* SPDX-License-Identifier: MIT */
#include "stack/kstack_fixed.h"

#include "lib/errno.h"

static pte_t *own_entry(const struct root *root)
{
	return (pte_t *)phys_to_virt(root_pml4(root->kernel)) + KSTACK_FIXED_PML4;
}

int kstack_create(struct kstack *stack, const struct root *root)
{
	size_t used = 0;
	pte_t *table;

	stack->tables = FRAME_LIST_END;
	for (size_t i = 0; i < KSTACK_FRAMES_MAX; i++)
		stack->frames[i] = FRAME_NONE;
	table = paging_table(root_pml4(root->kernel), KSTACK_FIXED_BASE, 0, &stack->tables);
	for (size_t s = 0; table && s < fixed_stack_count; s++) {
		uintptr_t page = fixed_stacks[s].top - fixed_stacks[s].pages * PAGE_SIZE;

		for (; page < fixed_stacks[s].top; page += PAGE_SIZE) {
			uint64_t frame = frame_alloc_zeroed();

			if (frame == FRAME_NONE)
				goto fail;
			stack->frames[used++] = frame;
			table[PT_INDEX(page)] = frame | PTE_PRESENT | PTE_WRITE | PTE_NX;
			if (page + PAGE_SIZE == KSTACK_FIXED_TOP)
				stack->top_frame = frame;
		}
	}
	if (!table)
		goto fail;
	stack->top = KSTACK_FIXED_TOP;
	stack->slot = 0;
	return 0;
fail:
	*own_entry(root) = 0;
	kstack_destroy(stack);
	return -ENOMEM;
}

void kstack_skip_slots(unsigned count)
{
	(void)count; /* fixed stacks have no slots */
}

void kstack_destroy(struct kstack *stack)
{
	/* No flush: the PML4 that maps the stack is not loaded, and is freed too. */
	for (size_t i = 0; i < KSTACK_FRAMES_MAX && stack->frames[i] != FRAME_NONE; i++)
		frame_free(stack->frames[i]);
	while (stack->tables != FRAME_LIST_END)
		frame_free(frame_list_pop(&stack->tables));
}

void kstack_move(const struct kstack *stack, const struct root *from, const struct root *to)
{
	(void)stack;
	*own_entry(to) = *own_entry(from);
}

void kstack_activate(struct cpu *cpu, const struct kstack *stack)
{
	(void)cpu, (void)stack;
}

size_t kstack_stack_bytes(void)
{
	size_t pages = 0;

	for (size_t s = 0; s < fixed_stack_count; s++)
		pages += fixed_stacks[s].pages;
	return pages * PAGE_SIZE;
}

size_t kstack_table_bytes(void)
{
	return 3 * PAGE_SIZE; /* PDPT, page directory, page table */
}
