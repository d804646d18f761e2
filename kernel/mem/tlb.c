/* SPDX-License-Identifier: MIT */
#include "mem/tlb.h"

#include "cpu/features.h"

void tlb_flush_tables_here(uintptr_t address)
{
	if (!pcid_on)
		invlpg(address); /* also flushes the paging-structure caches */
	else if (cpu_features.invpcid)
		invpcid(INVPCID_ALL, 0, 0);
	else { /* a change of PGE flushes everything (SDM 3A 4.10.4.1) */
		write_cr4(read_cr4() & ~CR4_PGE);
		write_cr4(read_cr4() | CR4_PGE);
	}
}

/* Frees the frames of a batch, after the flush. */
static void free_frames(struct tlb_batch *batch)
{
	for (; batch->shared_count; batch->shared_count--)
		frame_free(batch->shared[batch->shared_count - 1]);
	frame_list_free(&batch->frames);
}

void tlb_batch_free(struct tlb_batch *batch, uint64_t frame)
{
	if (frame_retire(&batch->frames, frame))
		return;
	/* Flush the whole space: for TLB_SHARED_MAX pages, that is cheaper than page by page. */
	if (batch->shared_count == TLB_SHARED_MAX) {
		if (batch->unloaded)
			tlb_flush_unloaded(batch->unloaded);
		else
			tlb_flush_space();
		free_frames(batch);
	}
	batch->shared[batch->shared_count++] = frame;
}

void tlb_batch_end(struct tlb_batch *batch, uintptr_t start, size_t pages)
{
	if (batch->frames == FRAME_LIST_END && !batch->shared_count)
		return;
	if (batch->unloaded)
		tlb_flush_unloaded(batch->unloaded);
	else
		tlb_flush_range(start, pages);
	free_frames(batch);
}
