/* SPDX-License-Identifier: MIT */
/*
 * The heap of stacks in the kernel's PDPT. It consists of slots of KSTACK_HEAP_STRIDE bytes: a
 * guard page, the stack, a guard page. A page table maps SLOTS_PER_TABLE slots. It is made when its
 * first slot is taken, and freed when its last slot is given back.
 */
#include "cpu/cpu.h"
#include "lib/errno.h"
#include "mem/tlb.h"
#include "stack/kstack.h"

#define SLOTS_PER_TABLE (PD_SPAN / KSTACK_HEAP_STRIDE)
#define TABLES          (KSTACK_HEAP_SLOTS / SLOTS_PER_TABLE)
#define PAGES           (KSTACK_SIZE / PAGE_SIZE)
_Static_assert(SLOTS_PER_TABLE == 128, "two words of bits per table");
_Static_assert(PAGES <= KSTACK_FRAMES_MAX, "struct kstack has room for the frames");

/*
 * The page tables of the heap. `used` has a bit for each slot that a table maps, set while the slot
 * is in use. Guarded by the kernel lock (cpu/lock.h).
 */
static struct {
	uint64_t used[2];
	pte_t *table; /* NULL while no slot is used */
} chunks[TABLES];

static uint32_t directories = FRAME_LIST_END; /* the page directories and page tables in use */
static size_t first_with_room;

static uintptr_t slot_bottom(size_t slot)
{
	return KSTACK_HEAP_BASE + slot * KSTACK_HEAP_STRIDE + PAGE_SIZE;
}

/*
 * Allocates a slot and, if needed, its page table. Returns KSTACK_HEAP_SLOTS if there is no free
 * slot or no memory.
 */
static size_t take_slot(void)
{
	for (size_t c = first_with_room; c < TABLES; c++) {
		unsigned word = chunks[c].used[0] == ~0UL;
		unsigned bit;

		if (chunks[c].used[word] == ~0UL)
			continue;
		first_with_room = c;
		bit = (unsigned)__builtin_ctzl(~chunks[c].used[word]);
		if (!chunks[c].table)
			chunks[c].table =
			        paging_table(kernel_pml4, slot_bottom(c * SLOTS_PER_TABLE), 0, &directories);
		if (!chunks[c].table)
			break;
		chunks[c].used[word] |= 1UL << bit;
		return c * SLOTS_PER_TABLE + word * 64 + bit;
	}
	return KSTACK_HEAP_SLOTS;
}

void kstack_skip_slots(unsigned count)
{
	chunks[0].used[0] = (1UL << count) - 1;
}

/*
 * Frees the page table of chunks[c], and removes it from the list `directories`. Page directories
 * stay on that list, since they are never freed.
 */
static void free_table(size_t c)
{
	uint64_t frame = virt_to_phys(chunks[c].table);
	uint32_t kept = FRAME_LIST_END;
	pte_t *pdpt = phys_to_virt(pte_frame(((pte_t *)phys_to_virt(kernel_pml4))[KERNEL_PDPT_PML4]));
	uintptr_t address = slot_bottom(c * SLOTS_PER_TABLE);
	pte_t *directory = phys_to_virt(pte_frame(pdpt[PDPT_INDEX(address)]));

	directory[PD_INDEX(address)] = 0;
	tlb_flush_tables(address);
	for (uint64_t other; (other = frame_list_pop(&directories)) != FRAME_NONE;) {
		if (other != frame)
			frame_list_push(&kept, other);
	}
	directories = kept;
	frame_free(frame);
	chunks[c].table = NULL;
}

static void give_slot(size_t slot)
{
	size_t c = slot / SLOTS_PER_TABLE;

	chunks[c].used[slot / 64 % 2] &= ~(1UL << slot % 64);
	if (c < first_with_room)
		first_with_room = c;
	if (!chunks[c].used[0] && !chunks[c].used[1])
		free_table(c);
}

int kstack_create(struct kstack *stack, const struct root *root)
{
	size_t slot = take_slot();
	pte_t *entry;

	(void)root; /* the heap is mapped under every root */
	if (slot == KSTACK_HEAP_SLOTS)
		return -ENOMEM;
	entry = chunks[slot / SLOTS_PER_TABLE].table + PT_INDEX(slot_bottom(slot));
	for (size_t i = 0; i < PAGES; i++) {
		stack->frames[i] = frame_alloc_zeroed();
		if (stack->frames[i] == FRAME_NONE) {
			while (i-- > 0) {
				entry[i] = 0;
				tlb_flush_pages(slot_bottom(slot) + i * PAGE_SIZE,
				                1); /* the CPU may have cached the entry */
				frame_free(stack->frames[i]);
			}
			give_slot(slot);
			return -ENOMEM;
		}
		entry[i] = stack->frames[i] | PTE_PRESENT | PTE_WRITE | PTE_NX | pcid_global;
	}
	stack->slot = (uint32_t)slot;
	stack->tables = FRAME_LIST_END;
	stack->top = slot_bottom(slot) + KSTACK_SIZE;
	stack->top_frame = stack->frames[PAGES - 1];
	return 0;
}

void kstack_destroy(struct kstack *stack)
{
	uintptr_t bottom = stack->top - KSTACK_SIZE;
	pte_t *entry = chunks[stack->slot / SLOTS_PER_TABLE].table + PT_INDEX(bottom);

	for (size_t i = 0; i < PAGES; i++)
		entry[i] = 0;
	tlb_flush_pages(bottom, PAGES); /* the slot's next owner has other frames (mem/pcid.h) */
	for (size_t i = 0; i < PAGES; i++)
		frame_free(stack->frames[i]);
	give_slot(stack->slot);
}

void kstack_move(const struct kstack *stack, const struct root *from, const struct root *to)
{
	(void)stack, (void)from, (void)to; /* the heap is mapped under every root */
}

void kstack_call_across_cr3(void (*function)(void *argument), void *argument)
{
	function(argument);
}

bool kstack_nests(void)
{
	return true;
}

size_t kstack_stack_bytes(void)
{
	return KSTACK_SIZE;
}

size_t kstack_table_bytes(void)
{
	return 0; /* all tasks share the page tables of the heap */
}

bool kstack_may_interrupt(void)
{
	return true;
}
