/* SPDX-License-Identifier: MIT */
/*
 * The TLB: the only way to flush translations, by INVLPG, INVPCID or a load of CR3 (SDM 3A 4.10.4).
 *
 * The order is always the same: change the entries, flush, and only then free the frames and tables
 * that the old entries led to. A frame that is freed first may belong to another task while a CPU
 * still reaches it. A batch keeps this order for many pages: it gathers the frames and frees them
 * when it has flushed.
 *
 * x86/flush.h has the instructions themselves. Benchmarks, experiments and the loading window use
 * them directly, because they are about one instruction on one CPU.
 */
#pragma once

#include "mem/frames.h"
#include "mem/root.h"
#include "x86/flush.h"

/* More pages than this are flushed by a load of CR3, as in Linux (tlb_single_page_flush_ceiling). */
#define TLB_PAGES_MAX 33

enum tlb_scope {
	TLB_PAGES, /* `pages` pages from `start` on: of the kernel half, or of the loaded space */
	TLB_SPACE, /* all that is not global and belongs to the loaded space */
	TLB_TABLES /* what goes through a table of the kernel half that mapped `start` and is unlinked */
};

/* TLB_TABLES, on this CPU: under every PCID. The pages of the table have been flushed before. */
void tlb_flush_tables_here(uintptr_t address);

/*
 * Every flush is performed here, on this CPU, under the CR3 that is loaded. When it returns, what the
 * old entries led to may be freed. It is the one place for two things that are not needed yet:
 *   several CPUs  ask the others to flush, those of the space's mask or all of them for the kernel
 *                 half, and wait until they have;
 *   two PCIDs     of a root whose user mode has tables of its own: make the other one stale
 *                 (pcid_make_stale()), so that its next load flushes.
 */
static inline void tlb_flush(enum tlb_scope scope, uintptr_t start, size_t pages)
{
	switch (scope) {
	case TLB_PAGES:
		for (; pages; pages--, start += PAGE_SIZE)
			invlpg(start);
		break;
	case TLB_SPACE:
		write_cr3(read_cr3());
		break;
	case TLB_TABLES:
		tlb_flush_tables_here(start);
		break;
	}
}

static inline void tlb_flush_pages(uintptr_t start, size_t pages)
{
	tlb_flush(TLB_PAGES, start, pages);
}

static inline void tlb_flush_space(void)
{
	tlb_flush(TLB_SPACE, 0, 0);
}

static inline void tlb_flush_tables(uintptr_t address)
{
	tlb_flush(TLB_TABLES, address, 0);
}

/* Flushes pages of the loaded space's user half, one by one or all of the space. */
static inline void tlb_flush_range(uintptr_t start, size_t pages)
{
	if (pages > TLB_PAGES_MAX)
		tlb_flush_space();
	else
		tlb_flush_pages(start, pages);
}

/* Flushes what CPUs may have kept of a space that none of them has loaded: its next load does it. */
static inline void tlb_flush_unloaded(const struct root *root)
{
	if (pcid_on) { /* without PCIDs each load flushes */
		pcid_make_stale(root->user);
		pcid_make_stale(root->kernel);
	}
}

/*
 * Pages of the user half of one space that are unmapped, and their frames. Of a frame with other
 * owners too a share is given back; TLB_SHARED_MAX of them are gathered between two flushes.
 */
#define TLB_SHARED_MAX 64
_Static_assert(TLB_SHARED_MAX > TLB_PAGES_MAX, "so many pages are worth a flush of all of the space");
struct tlb_batch {
	const struct root *unloaded; /* NULL: the space is loaded */
	uint32_t frames;             /* list of those with one owner */
	uint32_t shared_count;
	uint64_t shared[TLB_SHARED_MAX];
};

/* Begins a batch for the loaded space (`unloaded` is NULL) or for another one. */
static inline void tlb_batch_begin(struct tlb_batch *batch, const struct root *unloaded)
{
	batch->unloaded = unloaded;
	batch->frames = FRAME_LIST_END;
	batch->shared_count = 0;
}

/* Adds the frame of a page whose entry has been cleared: it is freed once the page is flushed. */
void tlb_batch_free(struct tlb_batch *batch, uint64_t frame);

/*
 * Flushes the range of `pages` pages from `start`, in which all pages of the batch lie, and frees
 * their frames. Does nothing if no frame was added.
 */
void tlb_batch_end(struct tlb_batch *batch, uintptr_t start, size_t pages);
