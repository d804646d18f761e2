/* SPDX-License-Identifier: MIT */
/*
 * The model of tests/unit/test_regions.c: the expected contents and rights of each page of a few
 * spaces, and a TLB that holds all translations until they are flushed.
 */
#pragma once

#include "tests/unit/regions.h"

#include <string.h>

#include "cpu/features.h"
#include "fs/node.h"
#include "vm/regions.h"
#include "x86/instructions.h"

#define PAGES      192                     /* number of pages of a space that the test uses */
#define BASE       (GIB - 100 * PAGE_SIZE) /* start of the pages, which span two PTs and two PDs */
#define SPACES     4
#define ROUNDS     1000000

#define FILES      2
#define FILE_PAGES 60 /* pages of each file; the last one is half full */
#define FILE_SIZE  (FILE_PAGES * PAGE_SIZE - PAGE_SIZE / 2)

struct page {
	bool mapped;
	uint64_t flags;
	uint64_t word; /* first word of the page if it is anonymous or copied */
	unsigned file; /* index of the file, if `flags` has REGION_BACKED */
	size_t place;  /* page number in the file */
	bool copied;   /* a private page of a file: an access has made a copy of it */
};

static struct address_space spaces[SPACES];
static struct page model[SPACES][PAGES];
static pte_t tlb[PAGES]; /* cached entries of the loaded space; 0: none */
static struct node *files[FILES];
static uint64_t file_words[FILES][FILE_PAGES];                /* first word of each page */
static size_t file_pages[FILES] = { FILE_PAGES, FILE_PAGES }; /* current length in pages */
static unsigned loaded;
static bool scarce; /* memory may run out in this operation */

static inline uintptr_t address_of(size_t page)
{
	return BASE + page * PAGE_SIZE;
}

#define WATCHED_ROUNDS 32          /* one in 32 rounds is watched, since watching is slow */
#define LINK_ALLOCATED 0xfffffffeU /* the allocator's link of a frame with one owner */

/*
 * The state of each page of the loaded space before an operation: the page's frame, and the
 * allocator's link of this frame, which encodes the number of owners. Until the page is flushed,
 * the frame must not be freed or lose an owner.
 */
static struct {
	uint64_t frame; /* 0: not watched */
	uint32_t link;
} watched[PAGES];
static bool watching;
static unsigned long pages_watched;

static bool free_frames[ARENA_FRAMES];

/* Sets free_frames[] for each frame on the allocator's list of free frames. */
static inline void find_free_frames(void)
{
	const uint64_t first = frame_alloc();

	memset(free_frames, 0, sizeof free_frames);
	if (first == FRAME_NONE)
		return;
	frame_free(first);
	for (uint32_t number = (uint32_t)(first >> PAGE_SHIFT); number != FRAME_LIST_END;
	     number = frame_link((uint64_t)number << PAGE_SHIFT))
		free_frames[number] = true;
}

static inline void check_watched(size_t page)
{
	const uint64_t frame = watched[page].frame;

	if (!frame)
		return;
	assert_false(free_frames[frame >> PAGE_SHIFT]);
	if (watched[page].link < LINK_ALLOCATED) /* several owners: none may be lost */
		assert_true(frame_link(frame) <= watched[page].link);
	watched[page].frame = 0;
	pages_watched++;
}

static inline void flushed(uintptr_t address)
{
	const size_t first = address ? (address - BASE) / PAGE_SIZE : 0, end = address ? first + 1 : PAGES;

	if (address && (address < BASE || address >= address_of(PAGES)))
		return;
	if (watching)
		find_free_frames();
	for (size_t page = first; page < end; page++) {
		tlb[page] = 0;
		if (watching)
			check_watched(page);
	}
}

static inline void load(unsigned index)
{
	watching = false;
	loaded = index;
	flushed(0);
}

static pte_t entry_at(const struct address_space *space, size_t page)
{
	size_t span;
	const pte_t *table = paging_look_up(space->pml4, address_of(page), &span);

	return table ? table[PT_INDEX(address_of(page))] : 0;
}

static inline void watch(void)
{
	for (size_t page = 0; page < PAGES; page++) {
		watched[page].frame = pte_frame(entry_at(&spaces[loaded], page));
		watched[page].link = watched[page].frame ? frame_link(watched[page].frame) : 0;
	}
	watching = true;
}

/*
 * Checks the cached entry of a page: it must map the frame that the page table maps, and must not
 * have more rights.
 */
static inline void check_tlb(size_t page)
{
	pte_t entry = entry_at(&spaces[loaded], page);

	if (!tlb[page])
		return;
	assert_true(entry & PTE_PRESENT);
	assert_int_equal(pte_frame(entry), pte_frame(tlb[page]));
	assert_false(tlb[page] & ~entry & PTE_WRITE);
	assert_false(~tlb[page] & entry & PTE_NX);
}
