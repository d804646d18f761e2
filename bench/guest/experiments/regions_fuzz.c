/* SPDX-License-Identifier: MIT */
/*
 * regions.fuzz (bench/claims/33-*): random operations in the address space of the current process.
 * They act like mmap(), munmap() and mprotect(), often on parts of regions. Real accesses compare
 * the result with an oracle, which has the expected state of each page. Two controls make the same
 * calls without ever splitting a region: if a part of a region is to be unmapped, one control keeps
 * the whole region and the other unmaps the whole region.
 */
#include "bench/guest/experiments/pitfalls.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "mem/frames.h"
#include "process/process.h"
#include "vm/regions.h"

#define FUZZ_AT 0x20000000UL
#define PAGES   96UL

static struct page {
	bool mapped;
	uint64_t flags;
	uint64_t word; /* expected first word of the page */
} oracle[PAGES];

/* How a call unmaps a part of a region: it splits the region, lets the whole region stay, or lets
 * the whole region go. With SPLIT alone, a part can also get other rights. */
enum parts { SPLIT, STAY, GO };
static enum parts parts;
static uint64_t cuts;   /* calls of munmap() with an end inside a region */
static uint64_t stayed; /* pages that still had a frame after an unmap, summed over all calls */

static struct address_space *own(void)
{
	return &current_process()->space;
}

static uintptr_t address_of(size_t page)
{
	return FUZZ_AT + page * PAGE_SIZE;
}

static bool is_inside(const struct region *region, uintptr_t start, uintptr_t end)
{
	return region->start >= start && region_end(region) <= end;
}

/*
 * Returns the first region that ends above `at`. Returns NULL if there is none, or if that region
 * does not begin below `end`.
 */
static const struct region *next_region(uintptr_t at, uintptr_t end)
{
	uint32_t i = address_space_find(own(), at);
	const struct region *region = &address_space_regions(own())[i];

	return i < own()->count && region->start < end ? region : NULL;
}

/* Returns true if a region is partly in the range. */
static bool cuts_region(size_t first, size_t pages)
{
	const uintptr_t start = address_of(first), end = address_of(first + pages);
	uintptr_t at = start;
	const struct region *region;

	for (; (region = next_region(at, end)); at = region_end(region))
		if (!is_inside(region, start, end))
			return true;
	return false;
}

/* Unmaps without splitting. Returns false if a region that is partly in the range stays. */
static bool unmap_whole(size_t first, size_t pages)
{
	const uintptr_t start = address_of(first), end = address_of(first + pages);
	uintptr_t at = start;
	const struct region *region;
	bool all = true;

	while ((region = next_region(at, end))) {
		at = region_end(region);
		if (parts == GO || is_inside(region, start, end))
			region_unmap(own(), region->start, region->pages);
		else
			all = false;
	}
	return all;
}

/*
 * Unmaps pages like a munmap() that treats regions as `parts` says. Returns true if that munmap()
 * would succeed.
 */
static bool unmap(size_t first, size_t pages)
{
	bool done = true;

	cuts += cuts_region(first, pages);
	if (parts == SPLIT)
		done = !region_unmap(own(), address_of(first), pages);
	else
		unmap_whole(first, pages);
	for (size_t i = first; done && i < first + pages; i++)
		stayed += paging_translate(own()->pml4, address_of(i), NULL) != PAGING_INVALID;
	return done;
}

/* Maps pages like mmap() with MAP_FIXED: replaces what was there. */
static bool map(size_t first, size_t pages, uint64_t flags)
{
	if (parts != SPLIT && !unmap_whole(first, pages))
		return false;
	return !region_map(own(), address_of(first), pages, flags);
}

static bool protect(size_t first, size_t pages, uint64_t flags)
{
	if (parts != SPLIT && cuts_region(first, pages))
		return false;
	return !region_protect(own(), address_of(first), pages, flags);
}

/*
 * Reads a page and, if `write` is set, writes `word` to it, with the user's rights. Returns 1 if a
 * result differs from the oracle, otherwise 0.
 */
static uint64_t touch(size_t page, bool write, uint64_t word)
{
	struct page *expected = &oracle[page];
	bool readable = expected->mapped && !(expected->flags & REGION_NONE),
	     writable = readable && (expected->flags & PTE_WRITE), wrote;
	uint64_t seen;
	bool read;

	if (parts != SPLIT && !readable)
		return 0; /* a control makes no access that must fault */
	read = !copy_from_user(&seen, address_of(page), sizeof seen);
	if (!read && parts == GO)
		expected->mapped = false; /* the fault would end the program: count the page once */
	if (read != readable || (read && seen != expected->word))
		return 1;
	if (!write)
		return 0;
	wrote = !copy_to_user(address_of(page), &word, sizeof word);
	if (wrote)
		expected->word = word;
	return wrote != writable;
}

static uint64_t random_flags(uint64_t r)
{
	static const uint64_t choices[] = { PTE_WRITE | PTE_NX, PTE_WRITE | PTE_NX, PTE_NX,
		                            PTE_NX | REGION_NONE };

	return choices[r % 4];
}

/* Sets the oracle's state of a range of pages to `page`. */
static void expect(size_t first, size_t pages, struct page page)
{
	for (size_t i = first; i < first + pages; i++)
		oracle[i] = page;
}

static bool all_mapped(size_t first, size_t pages)
{
	for (size_t i = first; i < first + pages; i++)
		if (!oracle[i].mapped)
			return false;
	return true;
}

/* One call or access. The oracle changes only if the call succeeds. */
static uint64_t one_operation(uint64_t r)
{
	size_t first = r % PAGES, pages = 1 + (r >> 8) % ((r >> 16) % 4 ? 6 : PAGES);
	uint64_t flags = random_flags(r >> 24);

	if (pages > PAGES - first)
		pages = PAGES - first;
	switch ((r >> 32) % 8) {
	case 0:
	case 1:
	case 2:
		if (map(first, pages, flags))
			expect(first, pages, (struct page){ true, flags, 0 });
		else if (parts == SPLIT)
			return 1; /* the call should have succeeded */
		return 0;
	case 3:
	case 4:
		if (unmap(first, pages))
			expect(first, pages, (struct page){ 0 });
		else
			return 1;
		return 0;
	case 5:
		if (all_mapped(first, pages) && protect(first, pages, flags))
			for (size_t i = first; i < first + pages; i++)
				oracle[i].flags = flags;
		return 0;
	}
	return touch(first, (r >> 40) % 2, r);
}

struct outcome {
	uint64_t violations, leaked;
};

/*
 * Maps and unmaps all pages. This makes all page tables, and a region array of the largest size,
 * before leaks are counted.
 */
static int warm_up(void)
{
	for (size_t i = 0; i < PAGES; i++)
		if (region_map(own(), address_of(i), 1, i % 2 ? PTE_NX : PTE_WRITE | PTE_NX) ||
		    region_fault(own(), address_of(i), 0))
			return -ENOMEM;
	return region_unmap(own(), FUZZ_AT, PAGES);
}

/*
 * Makes random calls and accesses until the number of unmaps with an end inside a region is
 * `tries`. In one build all runs begin with the same sequence, so that the controls differ only in
 * how they treat regions. Each build has another sequence.
 */
static struct outcome run(uint64_t tries, enum parts how)
{
	uint64_t state = pitfall_seed();
	struct outcome outcome = { 0 };
	size_t before = frames_free();

	parts = how;
	cuts = stayed = 0;
	memset(oracle, 0, sizeof oracle);
	while (cuts < tries)
		outcome.violations += one_operation(random_next(&state));
	for (size_t i = 0; i < PAGES; i++)
		outcome.violations += touch(i, false, 0);
	region_unmap(own(), FUZZ_AT, PAGES);
	outcome.leaked = stayed + (before > frames_free() ? before - frames_free() : frames_free() - before);
	return outcome;
}

static void fuzz(struct bench *b)
{
	const uint64_t tries = bench_plan.quick ? 5000 : bench_share(100000), control_tries = tries / 10;
	struct outcome split = run(tries, SPLIT), stay = run(control_tries, STAY),
	               go = run(control_tries, GO);

	b->tries = tries;
	b->violations = split.violations;
	pitfall_report(b);
	bench_metric(b, "leaked", split.leaked, "frames");
	bench_metric(b, "control_leaked", stay.leaked, "frames");
	bench_metric(b, "control_violations", go.violations, "count");
	bench_metric(b, "control_tries", control_tries, "count");
}

static int set_up(struct bench *b)
{
	(void)b;
	return warm_up();
}

BENCH(regions_fuzz, "random mappings, unmappings and rights, compared with an oracle of pages",
      .name = "regions.fuzz", .experiment = true, .few = 1, .setup = set_up, .body = fuzz,
      .check = pitfall_ran);
