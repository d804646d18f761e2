/* SPDX-License-Identifier: MIT */
/*
 * Pointer chases: each load reads the address of the next, along a random cycle over all nodes.
 *
 *   micro.chase.4k, micro.chase.2m   The parameter is the size of a buffer in bytes; each of its
 *                                    64-byte lines has a node. Latency of caches and memory.
 *   micro.reach.4k, micro.reach.2m   A node in each 4 KiB page: TLB reach and the cost of a miss.
 *                                    The 2m row reads the same lines through 2 MiB pages, so the
 *                                    difference between the two rows is the cost of translation.
 */
#include "bench/guest/micro/micro.h"
#include "bench/protocol/micro.h"
#include "boot/boot.h"
#include "lib/errno.h"
#include "lib/string.h"

#define LINE       64UL
#define PAGE_LINES (PAGE_SIZE / LINE)
#define UNROLLED   16         /* loads per iteration of the loop */
#define COUNTED    65536      /* the most nodes that a check follows one by one */
#define LARGE      (4 * MIB)  /* working sets from this on take few samples */
#define WARMED     (64 * MIB) /* largest working set to warm up: twice the profiles' largest L3 */

static const uint64_t sizes[] = {
	4 * KIB, 8 * KIB, 16 * KIB, 32 * KIB, 64 * KIB, 128 * KIB, 256 * KIB, 512 * KIB,  MIB,
	2 * MIB, 4 * MIB, 8 * MIB,  16 * MIB, 32 * MIB, 64 * MIB,  128 * MIB, MICRO_SIZE, BENCH_LIST_END,
};

/* Many counts are near the sizes of the profiles' TLBs: 64, 72, 1536, 2048, 3072 entries. */
static const uint64_t page_counts[] = { 16,   32,   48,   56,   64,   72,   80,   96,
	                                128,  256,  512,  1024, 1280, 1408, 1536, 1664,
	                                1792, 2048, 2304, 2560, 3072, 3456, 4096, BENCH_LIST_END };

static uint64_t nodes, loads;
static uintptr_t base, arrived;
static bool by_page, all_linked;

/*
 * Each page has one node, in one of its lines. Returns the number of this line in page i. For any
 * number of pages, the lines of the nodes use the sets of L1, L2 and L3 as evenly as consecutive
 * lines do.
 */
static uint64_t line_of_page(uint64_t i)
{
	return (i / 16 + 4 * (i % 16)) % PAGE_LINES;
}

static uintptr_t *node(uint64_t i)
{
	return (uintptr_t *)(base + (by_page ? i * PAGE_SIZE + line_of_page(i) * LINE : i * LINE));
}

/*
 * Links all nodes into one cycle, in a random order. A linear congruential generator with the full
 * period produces every number below the next power of two once. The high bits of each number are
 * mixed into its low bits, and numbers that are too large for a node are skipped.
 */
static void link_nodes(uint64_t seed)
{
	unsigned bits = 1;
	uint64_t mask, multiplier, at, linked = 0;
	uintptr_t *last = NULL, *first = NULL;

	while (1UL << bits < nodes)
		bits++;
	mask = (1UL << bits) - 1;
	/*
	 * The linear congruential generator below has the full period, because its multiplier is 5
	 * modulo 8 and its increment is odd (Knuth, TAOCP 2, 3.2.1.2).
	 */
	multiplier = (seed & ~7UL) + 5;
	at = seed & mask;
	for (uint64_t i = 0; i <= mask; i++) {
		uint64_t next = at ^ at >> (bits + 1) / 2;

		at = (at * multiplier + 0x9e3779b9) & mask;
		if (next >= nodes)
			continue;
		if (last)
			*last = (uintptr_t)node(next);
		else
			first = node(next);
		last = node(next);
		linked++;
	}
	*last = (uintptr_t)first;
	all_linked = linked == nodes;
}

static uintptr_t chase(uintptr_t at, uint64_t count)
{
	__asm__ volatile("1:\n\t"
	                 ".rept %c[unrolled]\n\t"
	                 "mov (%[at]), %[at]\n\t"
	                 ".endr\n\t"
	                 "sub %[unrolled], %[count]\n\t"
	                 "jnz 1b"
	                 : [at] "+r"(at), [count] "+r"(count)
	                 : [unrolled] "i"(UNROLLED)
	                 : "memory", "cc");
	return at;
}

static int start(struct bench *b, uintptr_t where, bool pages)
{
	char seed[24] = "";
	int error = micro_memory_take(pages ? b->parameter * PAGE_SIZE : b->parameter);

	if (error)
		return error;
	boot_option("seed", seed, sizeof seed);
	base = where;
	by_page = pages;
	nodes = pages ? b->parameter : b->parameter / LINE;
	for (loads = nodes; loads < MICRO_LOADS || loads % UNROLLED;)
		loads += nodes;
	link_nodes((string_to_number(seed) + 1) * 0x9e3779b97f4a7c15UL >> 24);
	return 0;
}

static int start_small(struct bench *b)
{
	return start(b, MICRO_SMALL_BASE, false);
}

static int start_large(struct bench *b)
{
	return start(b, MICRO_LARGE_BASE, false);
}

static int start_small_pages(struct bench *b)
{
	return start(b, MICRO_SMALL_BASE, true);
}

static int start_large_pages(struct bench *b)
{
	return start(b, MICRO_LARGE_BASE, true);
}

/*
 * Brings caches and TLBs into the state that a chase leaves. Not needed for a working set that is
 * larger than all caches: its loads miss anyway.
 */
static void warm(struct bench *b)
{
	(void)b;
	arrived = 0;
	if (nodes * LINE <= WARMED)
		chase((uintptr_t)node(0), loads);
}

static void chase_all(struct bench *b)
{
	(void)b;
	arrived = chase((uintptr_t)node(0), loads);
}

/*
 * Returns true if the chase ended at its first node: it goes round the cycle a whole number of
 * times. For at most COUNTED nodes, the first call also checks that the cycle contains all of them.
 */
static bool went_round(struct bench *b)
{
	uintptr_t first = (uintptr_t)node(0), at = first;
	uint64_t steps = 0;

	if (b->tries++ == 0 && nodes <= COUNTED) {
		do
			at = *(uintptr_t *)at;
		while (++steps < nodes && at != first);
		all_linked = all_linked && steps == nodes && at == first;
	}
	return micro_operations(b, loads) && all_linked && arrived == first;
}

static void finish(struct bench *b)
{
	(void)b;
	micro_memory_give();
}

BENCH(micro_chase_4k, "loads that wait for each other, by working set, in 4 KiB pages",
      .name = "micro.chase.4k", .own_boot = true, .unit = "bytes", .parameters = sizes, .large = LARGE,
      .setup = start_small, .prepare = warm, .body = chase_all, .check = went_round, .teardown = finish);

BENCH(micro_chase_2m, "loads that wait for each other, by working set, in 2 MiB pages",
      .name = "micro.chase.2m", .own_boot = true, .unit = "bytes", .parameters = sizes, .large = LARGE,
      .setup = start_large, .prepare = warm, .body = chase_all, .check = went_round, .teardown = finish);

BENCH(micro_reach_4k, "loads that wait for each other, one from each of n 4 KiB pages: the reach of the TLBs",
      .name = "micro.reach.4k", .own_boot = true, .unit = "pages", .parameters = page_counts,
      .setup = start_small_pages, .prepare = warm, .body = chase_all, .check = went_round,
      .teardown = finish);

BENCH(micro_reach_2m, "the lines of micro.reach.4k through 2 MiB pages", .name = "micro.reach.2m",
      .own_boot = true, .unit = "pages", .parameters = page_counts, .setup = start_large_pages,
      .prepare = warm, .body = chase_all, .check = went_round, .teardown = finish);
