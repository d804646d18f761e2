/* SPDX-License-Identifier: MIT */
/*
 * Flushes of the TLB. All code flushes translations through this header, which uses INVLPG, INVPCID
 * or a load of CR3 (SDM 3A 4.10.4).
 *
 * The order must be: change the entries, flush, and only then free the frames and tables that the
 * old entries pointed to. If a frame were freed first, it might belong to another task while a CPU
 * could still access it. A batch (struct tlb_batch) does this for many pages: it collects the
 * frames and frees them after the flush.
 *
 * x86/flush.h, included here, has the instructions themselves. Benchmarks, experiments and the
 * loading window use the instructions directly, because each needs a particular instruction on one
 * CPU.
 */
#pragma once

#include "mem/frames.h"
#include "mem/root.h"
#include "x86/flush.h"

/*
 * The most pages that tlb_flush_range() flushes one by one. For more, it flushes the whole space by
 * a load of CR3, as Linux does (tlb_single_page_flush_ceiling).
 */
#define TLB_PAGES_MAX 33

enum tlb_scope {
	TLB_PAGES, /* `pages` pages from `start`, in the kernel half or in the loaded space */
	TLB_SPACE, /* all non-global translations of the loaded space */
	TLB_TABLES /* cached pointers to an unlinked kernel-half table, which mapped `start` */
};

/*
 * Does the TLB_TABLES flush on this CPU, under every PCID. The pages of the table must have been
 * flushed before.
 */
void tlb_flush_tables_here(uintptr_t address);

/*
 * Flushes `pages` pages of the kernel half from `start` on, on all CPUs that run. When it returns,
 * all of them have done so: the frames and tables that the old entries pointed to may be freed. For
 * more than TLB_PAGES_MAX pages, other CPUs flush everything, and so does this one.
 *
 * Each other CPU finds the request in a cache line of its own, gets an IPI (VECTOR_TLB), flushes in
 * the handler, and acknowledges in the same line. Meanwhile this CPU flushes, too; then it waits for
 * each acknowledgement. So a CPU must not keep interrupts off for long, and never while it waits for
 * the CPU that calls this. Only the boot CPU calls it. Returns how often it polled while it waited.
 *
 * The other functions of this header flush on this CPU alone. That is enough for what they are used
 * for, as long as all tasks run on the boot CPU, and the functions that other CPUs run (cpu/cpus.h)
 * use no mapping that is changed meanwhile.
 */
uint64_t tlb_shootdown(uintptr_t start, size_t pages);

/* The value of `pages` in a struct tlb_request that asks for a flush of everything. */
#define TLB_ALL SIZE_MAX

/*
 * How tlb_shootdown() asks other CPUs (shootdown= on the command line). TLB_BATCHED: one request for
 * all pages, an IPI for each CPU. TLB_EACH_PAGE: a request for each page, with a wait for each.
 * TLB_BROADCAST: as batched, but one IPI goes to all CPUs, even to those that the kernel has not
 * started.
 */
enum tlb_way { TLB_BATCHED, TLB_EACH_PAGE, TLB_BROADCAST };
void tlb_set_way(enum tlb_way way);

/* The handler of VECTOR_TLB, which tlb_init() sets. Called before another CPU starts. */
void tlb_serve(void);
void tlb_init(void);

/*
 * Flushes on this CPU, under the loaded CR3. When it returns, the frames and tables that the old
 * entries pointed to may be freed. The other flushes below call this function. If tasks ran on
 * several CPUs, it would have to do what tlb_shootdown() does: for the kernel half with all CPUs,
 * for the user half with those that have loaded the space.
 *
 * If user mode has a PCID of its own, these flushes do not reach it. Code that has changed the
 * loaded user half also calls isolation_user_changed() (isolation/isolation.h).
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

/* Flushes pages of the loaded space's user half, one by one or with the whole space. */
static inline void tlb_flush_range(uintptr_t start, size_t pages)
{
	if (pages > TLB_PAGES_MAX)
		tlb_flush_space();
	else
		tlb_flush_pages(start, pages);
}

/* For a space that no CPU has loaded: on each CPU, the next load of the space will flush it. */
static inline void tlb_flush_unloaded(const struct root *root)
{
	if (pcid_on) { /* without PCIDs every load flushes */
		pcid_make_stale(root->user);
		pcid_make_stale(root->kernel);
	}
}

/*
 * A batch collects the frames of pages that are being unmapped from the user half of one space. At
 * the end of the batch, each frame loses one owner. A batch has room for TLB_SHARED_MAX frames with
 * several owners. If it is full, adding another such frame first flushes the space and frees the
 * frames collected so far.
 */
#define TLB_SHARED_MAX 64
_Static_assert(TLB_SHARED_MAX > TLB_PAGES_MAX, "so many pages are worth a flush of all of the space");
struct tlb_batch {
	const struct root *unloaded; /* the space's root if no CPU has loaded it, otherwise NULL */
	uint32_t frames;             /* list of the frames with one owner */
	uint32_t shared_count;       /* number of frames with several owners */
	uint64_t shared[TLB_SHARED_MAX];
};

/*
 * Begins a batch: for the loaded space if `unloaded` is NULL, otherwise for the space with that
 * root, which no CPU has loaded.
 */
static inline void tlb_batch_begin(struct tlb_batch *batch, const struct root *unloaded)
{
	batch->unloaded = unloaded;
	batch->frames = FRAME_LIST_END;
	batch->shared_count = 0;
}

/* Adds the frame of a page whose entry has been cleared. It is freed after the page is flushed. */
void tlb_batch_free(struct tlb_batch *batch, uint64_t frame);

/*
 * Flushes the `pages` pages from `start` on, then frees the frames of the batch. The range must
 * contain all pages of the batch. Does nothing if no frame was added.
 */
void tlb_batch_end(struct tlb_batch *batch, uintptr_t start, size_t pages);
