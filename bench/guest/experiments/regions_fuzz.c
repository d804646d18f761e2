/* SPDX-License-Identifier: MIT */
/*
 * regions.fuzz (bench/claims/33-*): random calls like mmap(), munmap() and mprotect() of partial
 * ranges, in the address space of the current process. Real accesses compare the result with an
 * oracle, which has the expected state of each page. The control makes the same calls, but maps and
 * unmaps only whole mappings.
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

/* The mappings that exist in the control. */
static struct mapping {
	size_t first, pages;
} whole[PAGES];
static size_t whole_count;
static bool in_one_piece; /* true in the control: only whole mappings are unmapped */

static struct address_space *own(void)
{
	return &current_process()->space;
}

static uintptr_t address_of(size_t page)
{
	return FUZZ_AT + page * PAGE_SIZE;
}

static bool inside(const struct mapping *m, size_t first, size_t pages)
{
	return m->first >= first && m->first + m->pages <= first + pages;
}

static bool meets(const struct mapping *m, size_t first, size_t pages)
{
	return m->first < first + pages && first < m->first + m->pages;
}

/*
 * The control's unmap: unmaps the mappings that are entirely in the range. Returns false if others
 * overlap the range.
 */
static bool unmap_whole(size_t first, size_t pages)
{
	bool clean = true;

	for (size_t i = whole_count; i-- > 0;) {
		if (inside(&whole[i], first, pages)) {
			region_unmap(own(), address_of(whole[i].first), whole[i].pages);
			whole[i] = whole[--whole_count];
		} else if (meets(&whole[i], first, pages)) {
			clean = false;
		}
	}
	return clean;
}

static bool map(size_t first, size_t pages, uint64_t flags)
{
	if (!in_one_piece)
		return !region_map(own(), address_of(first), pages, flags);
	if (!unmap_whole(first, pages) || region_map(own(), address_of(first), pages, flags))
		return false;
	whole[whole_count++] = (struct mapping){ first, pages };
	return true;
}

static bool unmap(size_t first, size_t pages)
{
	if (in_one_piece)
		return unmap_whole(first, pages);
	return !region_unmap(own(), address_of(first), pages);
}

static void protect(size_t first, size_t pages, uint64_t flags)
{
	if (!in_one_piece) {
		region_protect(own(), address_of(first), pages, flags);
		return;
	}
	for (size_t i = 0; i < whole_count; i++)
		if (inside(&whole[i], first, pages))
			region_protect(own(), address_of(whole[i].first), whole[i].pages, flags);
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
	bool read = !copy_from_user(&seen, address_of(page), sizeof seen);

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

static uint64_t one_operation(uint64_t r)
{
	size_t first = r % PAGES, pages = 1 + (r >> 8) % ((r >> 16) % 4 ? 6 : PAGES);
	uint64_t flags = random_flags(r >> 24);

	if (pages > PAGES - first)
		pages = PAGES - first;
	switch ((r >> 32) % 8) {
	case 0:
	case 1:
		expect(first, pages, (struct page){ true, flags, 0 });
		return !map(first, pages, flags);
	case 2:
		expect(first, pages, (struct page){ 0 });
		unmap(first, pages);
		return 0;
	case 3:
		if (!all_mapped(first, pages))
			return 0;
		for (size_t i = first; i < first + pages; i++)
			oracle[i].flags = flags;
		protect(first, pages, flags);
		return 0;
	}
	return touch(first, (r >> 40) % 2, r);
}

/* Returns the number of pages that are unmapped in the oracle but still have a frame. */
static uint64_t held_in_vain(void)
{
	uint64_t held = 0;

	for (size_t i = 0; i < PAGES; i++)
		held += !oracle[i].mapped &&
		        paging_translate(own()->pml4, address_of(i), NULL) != PAGING_INVALID;
	return held;
}

struct outcome {
	uint64_t violations, leaked, held;
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

static struct outcome run(unsigned operations, bool control)
{
	uint64_t state = 0x70616c696d707365;
	struct outcome outcome = { 0 };
	size_t before = frames_free();

	in_one_piece = control;
	whole_count = 0;
	memset(oracle, 0, sizeof oracle);
	for (unsigned i = 0; i < operations; i++)
		outcome.violations += one_operation(pitfall_random(&state));
	for (size_t i = 0; i < PAGES; i++)
		outcome.violations += touch(i, false, 0);
	outcome.held = held_in_vain();
	region_unmap(own(), FUZZ_AT, PAGES);
	outcome.leaked = before > frames_free() ? before - frames_free() : frames_free() - before;
	return outcome;
}

static void fuzz(struct bench *b)
{
	const unsigned operations = bench_plan.quick ? 2000 : 20000;
	struct outcome split, control;

	split = run(operations, false);
	control = run(operations, true);
	b->tries = operations;
	b->violations = split.violations;
	pitfall_report(b);
	bench_metric(b, "leaked", split.leaked + split.held, "frames");
	bench_metric(b, "control_violations", control.violations, "count");
	bench_metric(b, "control_leaked", control.held, "frames");
}

static int set_up(struct bench *b)
{
	(void)b;
	return warm_up();
}

BENCH(regions_fuzz, "random mappings, unmappings and rights, compared with an oracle of pages",
      .name = "regions.fuzz", .experiment = true, .few = 1, .setup = set_up, .body = fuzz,
      .check = pitfall_ran);
