/* SPDX-License-Identifier: MIT */
/* Tests that a space never uses TLB entries that the previous owner of its PCID has left. */
#include "cpu/cpu.h"
#include "isolation/isolation.h"
#include "isolation/user_memory.h"
#include "lib/string.h"
#include "mem/frames.h"
#include "mem/tlb.h"
#include "process/process.h"
#include "stack/kstack.h"
#include "sys/syscall.h"
#include "tests/kernel/kinds.h"
#include "tests/kernel/test.h"
#include "vm/address_space.h"
#include "vm/regions.h"

#define PAGE      0x10000000UL
#define OWN_PCIDS SKIP "user mode has a PCID of its own"

/* Returns true if user mode and the kernel run under different PCIDs. */
static bool is_apart(void)
{
	return current_task()->root.user != current_task()->root.kernel;
}

static const char *off(void)
{
	return cpu_features.pcid ? SKIP "pcid=on was not asked for" : SKIP "the CPU has no PCID";
}

/*
 * If user mode has PCIDs of its own, a change of the loaded user half must make the next return to
 * user mode flush. Later returns must not flush again. The program `nest` calls change_space() in a
 * loop.
 */
static const char *volatile wrong;
static unsigned changes;

static const char *change(struct address_space *space)
{
	static struct address_space copy;
	char byte = 1;
	int error;

	switch (changes++) {
	case 0:
		return region_map(space, PAGE, 4, PTE_WRITE | PTE_NX) || copy_to_user(PAGE, &byte, 1) ||
		                       copy_to_user(PAGE + PAGE_SIZE, &byte, 1)
		               ? "no memory"
		               : NULL;
	case 1:
		if (region_protect(space, PAGE, 1, PTE_NX))
			return "no memory";
		return isolation_return_flushes() ? NULL
		                                  : "rights shrank, but the next return would not flush";
	case 2:
		if (region_unmap(space, PAGE, 1))
			return "no memory";
		return isolation_return_flushes() ? NULL
		                                  : "a page is gone, but the next return would not flush";
	case 3:
		if (address_space_create(&copy))
			return "no memory";
		error = address_space_fork(&copy, space);
		byte = isolation_return_flushes();
		address_space_destroy(&copy);
		return error  ? "no memory"
		       : byte ? NULL
		              : "pages were shared, but the next return would not flush";
	case 4:
		if (copy_to_user(PAGE + PAGE_SIZE, &byte, 1))
			return "no memory";
		return isolation_return_flushes() ? NULL
		                                  : "a page was copied, but the next return would not flush";
	case 5: /* a switch to another space and back must not lose the flush that is due */
		if (region_unmap(space, PAGE + PAGE_SIZE, 1) || address_space_create(&copy))
			return "no memory";
		kstack_move(&current_task()->stack, &space->root, &copy.root);
		isolation_switch(&copy.root);
		isolation_switch(&space->root);
		byte = isolation_return_flushes();
		address_space_destroy(&copy);
		return byte ? NULL : "a flush is forgotten in a context switch";
	default:
		return NULL;
	}
}

static long change_space(void)
{
	const char *why = NULL;
	uint64_t flags = interrupts_are_on();

	interrupts_off();
	if (changes && isolation_return_flushes())
		why = "a second return flushes too";
	if (!why)
		why = change(&current_process()->space);
	if (flags)
		interrupts_on();
	if (why)
		wrong = why;
	return !why && changes < 8;
}

TEST(returns_flush_what_has_changed)
{
	static const struct bench_calls calls = { change_space, no_call, no_call, no_value };
	const char *const kind = "calls", *why;

	if (!pcid_on)
		return off();
	if (!is_apart())
		return SKIP "user mode has no PCID of its own";
	wrong = NULL;
	changes = 0;
	bench_calls = &calls;
	why = run_kinds("nest", &kind, 1);
	bench_calls = NULL;
	return wrong ? wrong : why ? why : changes == 8 ? NULL : "the program did not call";
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

/*
 * Loads the space's CR3 as a context switch does. Returns the word at PAGE in that space. If the
 * kernel cannot run under the user's CR3, walks the tables instead.
 */
static uint64_t seen_in(struct address_space *space)
{
	struct look look = { space, 0 };

	if (is_apart())
		return *(const uint64_t *)phys_to_virt(paging_translate(space->pml4, PAGE, NULL));
	kstack_call_across_cr3(look_inside, &look);
	return look.seen;
}

/* Returns true if the next load of the space's CR3 flushes its PCID. */
static bool flushes(const struct address_space *space)
{
	const uint64_t cr3 = space->root.user;

	return !(cr3 & CR3_NO_FLUSH) || pcid_is_stale(this_cpu(), cr3);
}

TEST(pcids_are_recycled)
{
	static struct address_space space;
	const unsigned stale = this_cpu()->stale_pcids;
	bool seen_first = false;
	unsigned first = 0;

	if (!pcid_on)
		return off();
	for (uint64_t round = 1; round <= PCID_COUNT + 100; round++) {
		unsigned pcid;

		if (!make(&space, round))
			return "no memory";
		pcid = space.root.user & CR3_PCID;
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
	if (this_cpu()->stale_pcids > stale)
		return "the PCIDs of destroyed spaces are still stale";
	return seen_first ? NULL : "no PCID was reused";
}

TEST(pcids_keep_spaces_apart)
{
	static struct address_space a, b;
	const char *problem = NULL;

	if (!pcid_on)
		return off();
	if (is_apart())
		return OWN_PCIDS;
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
		if (space->root.user & CR3_PCID)
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
