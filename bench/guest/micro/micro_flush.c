/* SPDX-License-Identifier: MIT */
/*
 * Flushes, and changes of the address space. In parentheses: the parameter.
 *
 *   micro.invlpg (pages)         INVLPG of each page, no refill
 *   micro.invlpg.refill (pages)  ROUNDS times: INVLPG of each page, and then a read of each page
 *   micro.cr3 (loads)            loads of CR3
 *   micro.cr3.refill (pages)     ROUNDS times: a load of CR3 and a read of each page
 *   micro.switch (pages)         ROUNDS round trips between two address spaces. Each round trip reads
 *                                `pages` private pages in each space
 *   micro.switch.pcid (pages)    the same round trips between two PCIDs; no load of CR3 flushes
 *   micro.switch.same (pages)    the same number of reads without loads of CR3
 */
#include "bench/guest/experiments/pitfalls.h"
#include "bench/guest/micro/micro.h"
#include "cpu/cpu.h"
#include "lib/errno.h"
#include "mem/frames.h"
#include "mem/pcid.h"
#include "mem/tlb.h"
#include "stack/kstack.h"
#include "vm/address_space.h"

#define PAGES_MAX 512
#define ROUNDS    16
#define SPACES    2
#define SPACE_MAX 16 /* private pages in each space */

/* The numbers of pages that Hansen measured in 2017 (docs/model.md). */
static const uint64_t flushed_pages[] = { 1, 33, 129, BENCH_LIST_END };
static const uint64_t cr3_loads[] = { 8, 64, BENCH_LIST_END };
static const uint64_t few_pages[] = { 1, 2, 3, 4, BENCH_LIST_END };
static const uint64_t refilled_pages[] = { 0, 1, 2, 4, 8, 16, 32, 64, 128, PAGES_MAX, BENCH_LIST_END };
static const uint64_t space_pages[] = { 0, 1, 2, 4, 8, SPACE_MAX, BENCH_LIST_END };

static volatile uint64_t sum;

/*
 * Returns the address of a word in page i. The words of consecutive pages are in different cache
 * sets.
 */
static volatile uint64_t *word(uintptr_t base, uint64_t i)
{
	return (volatile uint64_t *)(base + i * PAGE_SIZE + i % 64 * 64);
}

static pte_t *entry_of(uint64_t i)
{
	uintptr_t address = MICRO_SMALL_BASE + i * PAGE_SIZE;

	return paging_table(kernel_pml4, address, 0, NULL) + PT_INDEX(address);
}

static uint64_t pages_of(const struct bench *b)
{
	return b->row->parameters == cr3_loads ? 1 : b->parameter;
}

static int map_pages(struct bench *b)
{
	b->cr3 = read_cr3();
	return micro_memory_take(PAGES_MAX * PAGE_SIZE);
}

static void give_pages(struct bench *b)
{
	(void)b;
	micro_memory_give();
}

static void touch(uint64_t pages)
{
	for (uint64_t i = 0; i < pages; i++)
		sum += *word(MICRO_SMALL_BASE, i);
}

/*
 * Fills the TLB, then clears the accessed bits in the page tables. Only a page walk sets them again
 * (SDM 3A 4.8), and a page is walked again only after a flush.
 */
static void fill_tlb(struct bench *b)
{
	uint64_t pages = pages_of(b);

	touch(pages);
	for (uint64_t i = 0; i < pages; i++)
		*(volatile pte_t *)entry_of(i) &= ~PTE_ACCESSED;
}

static bool was_flushed(const struct bench *b)
{
	uint64_t pages = pages_of(b);

	touch(pages);
	for (uint64_t i = 0; i < pages; i++)
		if (!(*(volatile pte_t *)entry_of(i) & PTE_ACCESSED))
			return false;
	return true;
}

static bool flushed(struct bench *b)
{
	return micro_operations(b, b->parameter) && was_flushed(b);
}

static bool flushed_each_round(struct bench *b)
{
	return micro_operations(b, ROUNDS) && was_flushed(b);
}

static void invlpg_pages(struct bench *b)
{
	for (uint64_t i = 0; i < b->parameter; i++)
		invlpg(MICRO_SMALL_BASE + i * PAGE_SIZE);
}

static void invlpg_and_refill(struct bench *b)
{
	for (unsigned i = 0; i < ROUNDS; i++) {
		invlpg_pages(b);
		touch(b->parameter);
	}
}

static void load_cr3(struct bench *b)
{
	for (uint64_t i = 0, cr3 = b->cr3; i < b->parameter; i++)
		write_cr3(cr3);
}

static void load_and_refill(struct bench *b)
{
	for (unsigned i = 0; i < ROUNDS; i++) {
		write_cr3(b->cr3);
		touch(b->parameter);
	}
}

/* Two address spaces with private pages at the same addresses, from PRIVATE_PAGE on. */
static struct address_space spaces[SPACES];
static uint32_t frames[SPACES];
static unsigned spaces_made;
static uint64_t loaded[SPACES]; /* the values that the rounds load into CR3 */
static uint64_t read_in_all;

static void destroy_spaces(struct bench *b)
{
	(void)b;
	while (spaces_made > 0) {
		address_space_destroy(&spaces[--spaces_made]);
		while (frames[spaces_made] != FRAME_LIST_END)
			frame_free(frame_list_pop(&frames[spaces_made]));
	}
}

static bool map_private(struct address_space *space, uint32_t *list, uint64_t value)
{
	for (uint64_t i = 0; i < SPACE_MAX; i++) {
		uintptr_t address = PRIVATE_PAGE + i * PAGE_SIZE;
		pte_t *table = paging_table(space->pml4, address, 0, &space->tables);
		uint64_t frame = table ? frame_alloc_zeroed() : FRAME_NONE;

		if (frame == FRAME_NONE)
			return false;
		frame_list_push(list, frame);
		*word((uintptr_t)phys_to_virt(frame) - i * PAGE_SIZE, i) = value;
		table[PT_INDEX(address)] = frame | PTE_PRESENT | PTE_WRITE | PTE_NX;
	}
	return true;
}

static int make_spaces(struct bench *b)
{
	bool ok = true;
	int error = bench_need_one_table(b);

	if (error)
		return error;
	for (spaces_made = 0; spaces_made < SPACES && ok; spaces_made++) {
		frames[spaces_made] = FRAME_LIST_END;
		if (address_space_create(&spaces[spaces_made]))
			break;
		ok = map_private(&spaces[spaces_made], &frames[spaces_made], spaces_made + 1);
	}
	if (ok && spaces_made == SPACES)
		return 0;
	destroy_spaces(b);
	return -ENOMEM;
}

static uint64_t read_private(uint64_t pages)
{
	uint64_t total = 0;

	for (uint64_t i = 0; i < pages; i++)
		total += *word(PRIVATE_PAGE, i);
	return total;
}

/* Runs on a stack that both spaces map. */
static void take_turns(void *argument)
{
	const struct bench *b = argument;
	const uint64_t old = read_cr3(), pages = b->parameter;

	write_cr3(loaded[0]);
	for (unsigned i = 0; i < ROUNDS; i++) {
		read_in_all += read_private(pages);
		write_cr3(loaded[1]);
		read_in_all += read_private(pages);
		write_cr3(loaded[0]);
	}
	write_cr3(old);
}

static void stay(void *argument)
{
	const struct bench *b = argument;
	const uint64_t old = read_cr3(), pages = b->parameter;

	write_cr3(spaces[0].pml4);
	for (unsigned i = 0; i < ROUNDS; i++) {
		read_in_all += read_private(pages);
		read_in_all += read_private(pages);
	}
	write_cr3(old);
}

static void forget(struct bench *b)
{
	(void)b;
	for (unsigned i = 0; i < SPACES; i++)
		loaded[i] = spaces[i].pml4;
	read_in_all = 0;
}

static void destroy_pcid_spaces(struct bench *b)
{
	write_cr4(read_cr4() & ~CR4_PCIDE);
	destroy_spaces(b);
}

static int make_pcid_spaces(struct bench *b)
{
	const int error = bench_need_free_pcids(b);

	return error ? error : make_spaces(b);
}

static void switch_spaces(struct bench *b)
{
	kstack_call_across_cr3(take_turns, b);
}

/*
 * Gives each space a PCID that nothing else uses, and fills the TLB with its pages. Clearing PCIDE
 * flushes what an earlier sample left, under every PCID. PCIDE may be set because bits 11-0 of CR3
 * are 0 (SDM 3A 4.10.1).
 */
static void use_pcids(struct bench *b)
{
	write_cr4(read_cr4() & ~CR4_PCIDE);
	write_cr4(read_cr4() | CR4_PCIDE);
	forget(b);
	for (unsigned i = 0; i < SPACES; i++)
		loaded[i] |= (i + 1) | CR3_NO_FLUSH;
	switch_spaces(b);
	read_in_all = 0;
}

static void switch_nothing(struct bench *b)
{
	kstack_call_across_cr3(stay, b);
}

/* Checks the sum of all words read. Each word is 1 in the first space and 2 in the second. */
static bool read_both(struct bench *b)
{
	return micro_operations(b, ROUNDS) && read_in_all == ROUNDS * b->parameter * (1 + 2);
}

static bool read_one(struct bench *b)
{
	return micro_operations(b, ROUNDS) && read_in_all == ROUNDS * b->parameter * (1 + 1);
}

BENCH(micro_invlpg, "INVLPG for each of n pages", .name = "micro.invlpg", .own_boot = true, .unit = "pages",
      .parameters = flushed_pages, .setup = map_pages, .prepare = fill_tlb, .body = invlpg_pages,
      .check = flushed, .teardown = give_pages);

BENCH(micro_invlpg_refill, "INVLPG for each of n pages, then the pages touched again",
      .name = "micro.invlpg.refill", .own_boot = true, .unit = "pages", .parameters = few_pages,
      .setup = map_pages, .prepare = fill_tlb, .body = invlpg_and_refill, .check = flushed_each_round,
      .teardown = give_pages);

BENCH(micro_cr3, "CR3 loads that flush", .name = "micro.cr3", .own_boot = true, .unit = "loads",
      .parameters = cr3_loads, .setup = map_pages, .prepare = fill_tlb, .body = load_cr3, .check = flushed,
      .teardown = give_pages);

BENCH(micro_cr3_refill, "a CR3 load, then n pages touched again", .name = "micro.cr3.refill",
      .own_boot = true, .unit = "pages", .parameters = refilled_pages, .setup = map_pages,
      .prepare = fill_tlb, .body = load_and_refill, .check = flushed_each_round, .teardown = give_pages);

BENCH(micro_switch, "a round trip to another address space, with n pages touched on each side",
      .name = "micro.switch", .own_boot = true, .unit = "pages", .parameters = space_pages,
      .setup = make_spaces, .prepare = forget, .body = switch_spaces, .check = read_both,
      .teardown = destroy_spaces);

BENCH(micro_switch_pcid, "the round trip of micro.switch between two PCIDs, without flushes",
      .name = "micro.switch.pcid", .own_boot = true, .unit = "pages", .parameters = space_pages,
      .setup = make_pcid_spaces, .prepare = use_pcids, .body = switch_spaces, .check = read_both,
      .teardown = destroy_pcid_spaces);

BENCH(micro_switch_same, "the round trip of micro.switch within one address space",
      .name = "micro.switch.same", .own_boot = true, .unit = "pages", .parameters = space_pages,
      .setup = make_spaces, .prepare = forget, .body = switch_nothing, .check = read_one,
      .teardown = destroy_spaces);
