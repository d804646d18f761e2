/* SPDX-License-Identifier: MIT */
/* Tests that a space never uses TLB entries that the previous owner of its PCID has left. */
#include "cpu/cpu.h"
#include "isolation/isolation.h"
#include "lib/string.h"
#include "mem/frames.h"
#include "mem/tlb.h"
#include "stack/kstack.h"
#include "tests/kernel/test.h"
#include "vm/address_space.h"

#define PAGE 0x10000000UL

static const char *off(void)
{
	return cpu_features.pcid ? SKIP "pcid=on was not asked for" : SKIP "the CPU has no PCID";
}

/*
 * Makes an address space with one page, at PAGE, whose first word is `tag`. Returns false if out of
 * memory.
 */
static bool make(struct address_space *space, uint64_t tag)
{
	if (address_space_create(space))
		return false;
	if (address_space_map(space, PAGE, 1, PTE_WRITE | PTE_NX)) {
		address_space_destroy(space);
		return false;
	}
	*(uint64_t *)phys_to_virt(paging_translate(space->pml4, PAGE, NULL)) = tag;
	return true;
}

struct look {
	struct address_space *space;
	uint64_t seen;
};

static void look_inside(void *argument)
{
	/*
	 * While the space's CR3 is loaded, the caller's stack may be unmapped. *look is on that
	 * stack, so it is not used then.
	 */
	struct look *look = argument;
	const uint64_t old = read_cr3();
	uint64_t seen;

	isolation_switch(&look->space->root);
	user_access_begin();
	seen = *(volatile uint64_t *)PAGE;
	user_access_end();
	write_cr3(pcid_back(old));
	look->seen = seen;
}

/* Loads the space's CR3 as a context switch does. Returns the word at PAGE in that space. */
static uint64_t seen_in(struct address_space *space)
{
	struct look look = { space, 0 };

	kstack_call_across_cr3(look_inside, &look);
	return look.seen;
}

/* Returns true if the next load of the space's CR3 flushes its PCID. */
static bool flushes(const struct address_space *space)
{
	const uint64_t cr3 = space->root.kernel;

	return !(cr3 & CR3_NO_FLUSH) || pcid_is_stale(this_cpu(), cr3);
}

TEST(pcids_are_recycled)
{
	static struct address_space space;
	bool seen_first = false;
	unsigned first = 0;

	if (!pcid_on)
		return off();
	for (uint64_t round = 1; round <= PCID_COUNT + 100; round++) {
		unsigned pcid;

		if (!make(&space, round))
			return "no memory";
		pcid = space.root.kernel & CR3_PCID;
		if (round == 1)
			first = pcid;
		else
			seen_first |= pcid == first;
		if (!pcid || !flushes(&space) || seen_in(&space) != round || seen_in(&space) != round) {
			address_space_destroy(&space);
			return "a new space sees the previous owner's page";
		}
		address_space_destroy(&space);
	}
	return seen_first ? NULL : "no PCID was reused";
}

TEST(pcids_keep_spaces_apart)
{
	static struct address_space a, b;
	const char *problem = NULL;

	if (!pcid_on)
		return off();
	if (!make(&a, 1) || !make(&b, 2))
		return "no memory";
	for (unsigned i = 0; i < 3; i++)
		if (seen_in(&a) != 1 || seen_in(&b) != 2)
			problem = "a space sees the other's page";
	if (flushes(&a))
		problem = "the second load would flush";
	address_space_protect(&a, address_space_regions(&a)->start, PTE_NX);
	if (!flushes(&a))
		problem = "rights shrank, but the next load would not flush";
	address_space_destroy(&a);
	address_space_destroy(&b);
	return problem;
}

/* Makes more spaces than there are PCIDs. A space without a PCID must work too, by flushing. */
TEST(pcids_run_out)
{
	const char *problem = NULL;
	struct address_space *space;
	uint32_t list = FRAME_LIST_END;
	uint64_t frame;
	size_t without = 0, made;

	if (!pcid_on)
		return off();
	if (frames_free() < 4 * PCID_COUNT)
		return SKIP "not enough memory";
	/* Each struct address_space is in its own frame, like the address_space of a task. */
	for (made = 0; without < 4; made++) {
		frame = frame_alloc();
		space = phys_to_virt(frame);
		if (frame == FRAME_NONE || address_space_create(space) || made > PCID_COUNT) {
			problem = "PCIDs did not run out, or memory did";
			break;
		}
		frame_list_push(&list, frame);
		if (space->root.kernel & CR3_PCID)
			continue;
		without++;
		if (address_space_map(space, PAGE, 1, PTE_WRITE | PTE_NX)) {
			problem = "no memory";
			break;
		}
		*(uint64_t *)phys_to_virt(paging_translate(space->pml4, PAGE, NULL)) = made;
		if (seen_in(space) != made || seen_in(space) != made || !flushes(space))
			problem = "a space without a PCID does not flush";
	}
	while ((frame = frame_list_pop(&list)) != FRAME_NONE) {
		address_space_destroy(phys_to_virt(frame));
		frame_free(frame);
	}
	return problem;
}
