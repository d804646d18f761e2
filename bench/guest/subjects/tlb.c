/* SPDX-License-Identifier: MIT */
/*
 * TLB flushes: the cost of a flush, and of filling the TLB again.
 *
 * The pages are in the kernel half and not global. Each has two frames, which hold different
 * numbers (tags). Before a sample all pages are touched. Then their entries are changed to the
 * other frame without a flush. Reads of the pages after the body show whether the body flushed.
 */
#include "mem/tlb.h"
#include "bench/guest/bench.h"
#include "cpu/cpu.h"
#include "lib/errno.h"
#include "mem/frames.h"

#define PAGES_MAX 1024
#define PAGES_CR3 64 /* pages on which one CR3 load is checked */
_Static_assert(PAGES_MAX *PAGE_SIZE <= BENCH_AREA_SIZE, "the benchmark area holds them");

static uint64_t frames[2][PAGES_MAX];
static pte_t *entries[PAGES_MAX];
static size_t mapped;         /* number of pages that are mapped now */
static volatile uint64_t sum; /* sum of the tags that were read */
static uint64_t sum_before;   /* the sum before the body */

static volatile uint64_t *page(size_t i)
{
	return (volatile uint64_t *)(BENCH_AREA_BASE + i * PAGE_SIZE);
}

static size_t pages(const struct bench *b)
{
	return b->parameter ? b->parameter : 1;
}

static uint64_t tag(unsigned phase, size_t i)
{
	return (uint64_t)(phase + 1) << 32 | i;
}

static pte_t entry_for(unsigned phase, size_t i)
{
	return frames[phase][i] | PTE_PRESENT | PTE_WRITE | PTE_NX;
}

static void free_frames(size_t n)
{
	for (size_t i = 0; i < n; i++) {
		frame_free(frames[0][i]);
		frame_free(frames[1][i]);
	}
}

static int map_pages(struct bench *b)
{
	for (size_t i = 0; i < pages(b); i++) {
		uintptr_t address = (uintptr_t)page(i);

		frames[0][i] = frame_alloc();
		frames[1][i] = frame_alloc();
		if (frames[0][i] == FRAME_NONE || frames[1][i] == FRAME_NONE ||
		    paging_map_kernel(address, frames[0][i], PTE_WRITE | PTE_NX)) {
			if (frames[0][i] != FRAME_NONE)
				frame_free(frames[0][i]);
			if (frames[1][i] != FRAME_NONE)
				frame_free(frames[1][i]);
			for (size_t done = 0; done < i; done++) {
				*entries[done] = 0;
				invlpg((uintptr_t)page(done));
			}
			free_frames(i);
			return -ENOMEM;
		}
		entries[i] = paging_table(kernel_pml4, address, 0, NULL) + PT_INDEX(address);
		*(uint64_t *)phys_to_virt(frames[0][i]) = tag(0, i);
		*(uint64_t *)phys_to_virt(frames[1][i]) = tag(1, i);
	}
	mapped = pages(b);
	b->phase = 0;
	b->cr3 = read_cr3();
	return 0;
}

static void unmap_pages(struct bench *b)
{
	(void)b;
	for (size_t i = 0; i < mapped; i++) {
		*entries[i] = 0;
		invlpg((uintptr_t)page(i));
	}
	free_frames(mapped);
	mapped = 0;
}

static void touch_pages(struct bench *b)
{
	for (size_t i = 0; i < pages(b); i++)
		sum += *page(i);
}

/* Makes every page stale: the TLB still has one frame, while the entry has the other. */
static void make_stale(struct bench *b)
{
	touch_pages(b);
	b->phase ^= 1;
	for (size_t i = 0; i < pages(b); i++)
		*entries[i] = entry_for(b->phase, i);
	sum_before = sum;
}

/*
 * For tlb.remap: touches the pages, and selects the frames to which the body will change the
 * entries.
 */
static void touch_only(struct bench *b)
{
	touch_pages(b);
	b->phase ^= 1;
}

static bool reads_new_frames(struct bench *b)
{
	for (size_t i = 0; i < pages(b); i++)
		if (*page(i) != tag(b->phase, i))
			return false;
	return true;
}

/* For tlb.refill: checks that the body flushed, and that it then read each page through its new
 * entry. */
static bool touched_new_frames(struct bench *b)
{
	uint64_t tags = 0;

	for (size_t i = 0; i < pages(b); i++)
		tags += tag(b->phase, i);
	return sum - sum_before == tags && reads_new_frames(b);
}

static void reload_cr3(struct bench *b)
{
	write_cr3(b->cr3);
}

static void invlpg_pages(struct bench *b)
{
	for (size_t i = 0; i < b->parameter; i++)
		invlpg((uintptr_t)page(i));
}

static void reload_and_touch(struct bench *b)
{
	write_cr3(b->cr3);
	touch_pages(b);
}

static void remap_pages(struct bench *b)
{
	for (size_t i = 0; i < b->parameter; i++) {
		*entries[i] = entry_for(b->phase, i);
		invlpg((uintptr_t)page(i));
	}
}

static void remap_pages_cr3(struct bench *b)
{
	for (size_t i = 0; i < b->parameter; i++)
		*entries[i] = entry_for(b->phase, i);
	write_cr3(b->cr3);
}

/* Checks that one CR3 load flushes PAGES_CR3 pages. This check is separate, because a sample of
 * tlb.cr3 uses only one page. */
static bool flushes_all(struct bench *b)
{
	const uint64_t parameter = b->parameter;
	bool ok;

	unmap_pages(b);
	b->parameter = PAGES_CR3;
	ok = map_pages(b) == 0;
	if (ok) {
		make_stale(b);
		b->row->body(b);
		ok = reads_new_frames(b);
		unmap_pages(b);
	}
	b->parameter = parameter;
	return map_pages(b) == 0 && ok;
}

BENCH(tlb_cr3, "a CR3 load", .name = "tlb.cr3", .setup = map_pages, .prepare = make_stale, .body = reload_cr3,
      .check = reads_new_frames, .verify = flushes_all, .teardown = unmap_pages);

BENCH(tlb_invlpg, "INVLPG for each of n pages", .name = "tlb.invlpg", .unit = "pages",
      .parameters = bench_powers_of_2, .setup = map_pages, .prepare = make_stale, .body = invlpg_pages,
      .check = reads_new_frames, .teardown = unmap_pages);

BENCH(tlb_refill, "a CR3 load, then n pages touched again", .name = "tlb.refill", .unit = "pages",
      .parameters = bench_powers_of_2, .setup = map_pages, .prepare = make_stale, .body = reload_and_touch,
      .check = touched_new_frames, .teardown = unmap_pages);

BENCH(tlb_remap, "n pages of the window mapped to other frames, with INVLPG for each", .name = "tlb.remap",
      .unit = "pages", .parameters = bench_powers_of_2, .setup = map_pages, .prepare = touch_only,
      .body = remap_pages, .check = reads_new_frames, .teardown = unmap_pages);

BENCH(tlb_remap_cr3, "n pages of the window mapped to other frames, with one CR3 load",
      .name = "tlb.remap.cr3", .unit = "pages", .parameters = bench_powers_of_2, .setup = map_pages,
      .prepare = touch_only, .body = remap_pages_cr3, .check = reads_new_frames, .teardown = unmap_pages);
