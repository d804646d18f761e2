/* SPDX-License-Identifier: MIT */
/* Pitfalls of the TLB: global pages at a per-task address, and PCIDs when a window is remapped. */
#include "bench/guest/experiments/pitfalls.h"
#include "cpu/cpu.h"
#include "lib/errno.h"
#include "mem/frames.h"
#include "mem/tlb.h"
#include "process/process.h"
#include "stack/kstack.h"
#include "vm/address_space.h"

#define ROUNDS 16

static volatile uint64_t *const page = (volatile uint64_t *)PRIVATE_PAGE;
static uint64_t cr3s[2], seen[2];

static void write_tag(uint64_t frame, uint64_t tag)
{
	*(uint64_t *)phys_to_virt(frame) = tag;
}

/* Reads the page under the first CR3, then under the second. */
static void look_under_both(void *argument)
{
	const uint64_t old = read_cr3();

	(void)argument;
	for (unsigned i = 0; i < 2; i++) {
		write_cr3(cr3s[i]);
		seen[i] = *page;
	}
	write_cr3(old);
}

/*
 * Makes two spaces with private frames at one address, mapped with `flags`. Returns 1 if a read
 * under the second space's CR3 got the first one's frame, 0 if not, and -1 if out of memory.
 */
static int stale_read(uint64_t flags)
{
	struct address_space spaces[2];
	uint32_t tables[2];
	uint64_t frames[2];
	unsigned made = 0;
	bool ok = true;

	for (; made < 2 && ok; made++) {
		if (address_space_create(&spaces[made]))
			break;
		frames[made] = pitfall_map(spaces[made].pml4, PRIVATE_PAGE, flags, &tables[made]);
		cr3s[made] = spaces[made].pml4;
		ok = frames[made] != FRAME_NONE;
		if (ok)
			write_tag(frames[made], made + 1);
	}
	ok = ok && made == 2;
	if (ok)
		kstack_call_across_cr3(look_under_both, NULL);
	while (made-- > 0) {
		pitfall_unmap(spaces[made].pml4, PRIVATE_PAGE, &tables[made], frames[made]);
		address_space_destroy(&spaces[made]);
	}
	if (!ok || seen[0] != 1)
		return -1;
	return seen[1] != 2;
}

static int need_global_pages(struct bench *b)
{
	b->why = "the CPU has no global pages";
	if (!cpu_features.pge)
		return -ENOSYS;
	b->why = NULL;
	return bench_need_one_table(b);
}

static void global_stack(struct bench *b)
{
	uint64_t control = 0;

	for (; b->tries < ROUNDS; b->tries++) {
		int with = stale_read(PTE_GLOBAL), without = stale_read(0);

		if (with < 0 || without < 0)
			break;
		b->violations += (unsigned)with;
		control += (unsigned)without;
	}
	if (!b->violations)
		b->why = "this machine's TLB dropped global translations at the CR3 write too";
	pitfall_report(b);
	bench_metric(b, "control_violations", control, "count");
}

static bool all_rounds(struct bench *b)
{
	return b->tries == ROUNDS;
}

/*
 * pitfall.pcid_remap: remaps a page of the kernel's PDPT from frame 0 to frame 1, as a loader
 * remaps its window.
 */
static uint64_t frames[2];
static pte_t *entry;

static uint64_t read_shared(void)
{
	return *(volatile uint64_t *)SHARED_PAGE;
}

static void point_to(unsigned which)
{
	*(volatile pte_t *)entry = frames[which] | PTE_PRESENT | PTE_WRITE | PTE_NX;
}

/*
 * Caches the translation to frame 0 under PCID 1, and leaves PCID 1 loaded. Returns false if the
 * page does not read as frame 0.
 */
static bool cache_old(uint64_t pml4)
{
	point_to(0);
	write_cr3(pml4 | 1); /* flushes the translations of PCID 1 */
	return read_shared() == 0;
}

struct remap {
	uint64_t tries, stale, foreign, control;
};

static void remap_rounds(uint64_t pml4, struct remap *r)
{
	for (r->tries = 0; r->tries < ROUNDS; r->tries++) {
		/* Remap without INVLPG, and load CR3 without a flush: the read may be stale. */
		if (!cache_old(pml4))
			return;
		point_to(1);
		write_cr3(pml4 | 1 | CR3_NO_FLUSH);
		r->stale += read_shared() == 0;
		invlpg(SHARED_PAGE);
		r->control += read_shared() == 0;

		/* Remap with INVLPG, but under PCID 2: that does not flush PCID 1. */
		if (!cache_old(pml4))
			return;
		write_cr3(pml4 | 2);
		point_to(1);
		invlpg(SHARED_PAGE);
		write_cr3(pml4 | 1 | CR3_NO_FLUSH);
		r->foreign += read_shared() == 0;

		/* Load CR3 without bit 63: this flushes, so the read must not be stale. */
		if (!cache_old(pml4))
			return;
		point_to(1);
		write_cr3(pml4 | 1);
		r->control += read_shared() == 0;
	}
}

static int need_pcid(struct bench *b)
{
	const int error = bench_need_free_pcids(b);

	if (error)
		return error;
	frames[0] = frame_alloc_zeroed();
	frames[1] = frame_alloc_zeroed();
	if (frames[0] != FRAME_NONE && frames[1] != FRAME_NONE &&
	    !paging_map_kernel(SHARED_PAGE, frames[0], PTE_WRITE | PTE_NX)) {
		entry = paging_table(kernel_pml4, SHARED_PAGE, 0, NULL) + PT_INDEX(SHARED_PAGE);
		write_tag(frames[1], 1);
		return 0;
	}
	for (unsigned i = 0; i < 2; i++)
		if (frames[i] != FRAME_NONE)
			frame_free(frames[i]);
	return -ENOMEM;
}

static void pcid_remap(struct bench *b)
{
	uint64_t pml4 = root_pml4(current_task()->root.kernel);
	struct remap r = { 0 };

	write_cr4(read_cr4() | CR4_PCIDE); /* CR3 bits 11-0 are 0, as required (SDM 3A 4.10.1) */
	remap_rounds(pml4, &r);
	write_cr3(pml4);
	write_cr4(read_cr4() & ~CR4_PCIDE); /* flushes everything, of all PCIDs */
	b->tries = r.tries;
	b->violations = r.stale + r.foreign;
	if (!b->violations)
		b->why = "this machine's TLB has no PCID tags: every CR3 load flushes it";
	pitfall_report(b);
	bench_metric(b, "stale_after_load", r.stale, "count");
	bench_metric(b, "stale_after_invlpg_elsewhere", r.foreign, "count");
	bench_metric(b, "control_violations", r.control, "count");
}

static void unmap_shared(struct bench *b)
{
	(void)b;
	*entry = 0;
	invlpg(SHARED_PAGE);
	frame_free(frames[0]);
	frame_free(frames[1]);
}

BENCH(pitfall_global_stack, "a stack's translation marked global: the stale stack of the previous task",
      .name = "pitfall.global_stack", .own_boot = true, .experiment = true, .few = 1,
      .setup = need_global_pages, .body = global_stack, .check = all_rounds);

BENCH(pitfall_pcid_remap, "a window remapped under a CR3 load that does not flush",
      .name = "pitfall.pcid_remap", .own_boot = true, .experiment = true, .few = 1, .setup = need_pcid,
      .body = pcid_remap, .check = all_rounds, .teardown = unmap_shared);
