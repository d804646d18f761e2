/* SPDX-License-Identifier: MIT */
/* The memory of the probe loops; see micro.h. */
#include "bench/guest/micro/micro.h"
#include "cpu/cpu.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "mem/frames.h"
#include "mem/tlb.h"

#define RUNS_MAX   (MICRO_SIZE / PD_SPAN)
#define RUN_FRAMES (PD_SPAN / PAGE_SIZE)
#define MEMORY_MAX (16 * GIB) /* the most memory that the harness gives a machine */

static uint32_t taken = FRAME_LIST_END; /* list of all frames taken, in complete runs or not */
static uint64_t runs[RUNS_MAX];         /* physical addresses of the complete runs */
static size_t run_count, mapped;

/*
 * Allocates frames until they contain `count` complete runs of 2 MiB. Returns false if out of
 * memory. micro_memory_give() frees them all in the opposite order, which restores the allocator's
 * list.
 */
static bool take_runs(size_t count)
{
	static uint16_t held[MEMORY_MAX / PD_SPAN]; /* number of frames taken from each 2 MiB */
	uint64_t frame;

	memset(held, 0, sizeof held);
	run_count = 0;
	while (run_count < count && (frame = frame_alloc()) != FRAME_NONE) {
		frame_list_push(&taken, frame);
		if (frame < MEMORY_MAX && ++held[frame / PD_SPAN] == RUN_FRAMES)
			runs[run_count++] = frame & ~(PD_SPAN - 1);
	}
	return run_count == count;
}

static bool map_run(size_t run)
{
	uintptr_t small = MICRO_SMALL_BASE + run * PD_SPAN;

	if (paging_map_kernel_large(MICRO_LARGE_BASE + run * PD_SPAN, runs[run], PD_SPAN, PTE_WRITE | PTE_NX))
		return false;
	for (uint64_t at = 0; at < PD_SPAN; at += PAGE_SIZE)
		if (paging_map_kernel(small + at, runs[run] + at, PTE_WRITE | PTE_NX))
			return false;
	return true;
}

int micro_memory_take(uint64_t bytes)
{
	size_t count = (bytes + PD_SPAN - 1) / PD_SPAN;

	mapped = 0;
	if (!take_runs(count)) {
		micro_memory_give();
		return -ENOMEM;
	}
	/*
	 * All runs are taken before any is mapped: the page tables that mapping makes are never
	 * freed, so they must not be among the frames taken.
	 */
	for (; mapped < count; mapped++) {
		if (!map_run(mapped)) {
			mapped++;
			micro_memory_give();
			return -ENOMEM;
		}
	}
	return 0;
}

void micro_memory_give(void)
{
	while (mapped > 0) {
		uintptr_t small = MICRO_SMALL_BASE + --mapped * PD_SPAN;
		pte_t *table = paging_table(kernel_pml4, small, 0, NULL);

		if (table)
			memset(table, 0, PAGE_SIZE);
		paging_unmap_kernel_large(MICRO_LARGE_BASE + mapped * PD_SPAN, PD_SPAN);
	}
	write_cr3(read_cr3()); /* this suffices: no page is global or was used under another PCID */
	while (taken != FRAME_LIST_END)
		frame_free(frame_list_pop(&taken));
}

bool micro_operations(struct bench *b, uint64_t operations)
{
	bench_metric(b, "operations", operations, "count");
	return true;
}
