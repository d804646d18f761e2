/* SPDX-License-Identifier: MIT */
/*
 * Tests flushes on all CPUs. Other CPUs read pages all the time, while this CPU maps these pages to
 * other frames. Once tlb_shootdown() has returned, no CPU may read an old frame. The old frames are
 * then filled with another value, as if they had been freed and belonged to somebody else.
 */
#include "cpu/apic.h"
#include "cpu/cpus.h"
#include "mem/paging.h"
#include "mem/tlb.h"
#include "tests/kernel/test.h"

#define ONE_CPU   SKIP "only one CPU runs"
#define PAGES_MAX 40 /* more than TLB_PAGES_MAX: other CPUs flush everything */
#define ROUNDS    5  /* few: a request takes long if the host has fewer CPUs than the machine */
#define POISON    UINT64_MAX
_Static_assert(PAGES_MAX > TLB_PAGES_MAX, "flushes of pages and of everything");

static uint64_t frames[2][PAGES_MAX];
static size_t pages;

/* The value that the pages had at the end of the last flush. No reader may find less. */
static volatile uint64_t lowest;
static volatile uint32_t stop;
static uint32_t readers, stale; /* number of CPUs that read; number of reads of old frames */

static volatile uint64_t *page(size_t i)
{
	return (volatile uint64_t *)(BENCH_AREA_BASE + i * PAGE_SIZE);
}

static pte_t *entry(size_t i)
{
	return paging_table(kernel_pml4, (uintptr_t)page(i), 0, NULL) + PT_INDEX((uintptr_t)page(i));
}

static void unmap(void)
{
	for (size_t i = 0; i < pages; i++)
		*entry(i) = 0;
	tlb_shootdown(BENCH_AREA_BASE, pages);
	for (size_t i = 0; i < pages; i++) {
		frame_free(frames[0][i]);
		frame_free(frames[1][i]);
	}
}

static bool map(size_t count)
{
	for (pages = 0; pages < count; pages++) {
		frames[0][pages] = frame_alloc_zeroed();
		frames[1][pages] = frame_alloc_zeroed();
		if (frames[0][pages] == FRAME_NONE || frames[1][pages] == FRAME_NONE ||
		    paging_map_kernel((uintptr_t)page(pages), frames[0][pages], PTE_WRITE | PTE_NX))
			return false; /* the test fails */
	}
	return true;
}

/*
 * Reads the pages until `stop` is set. Interrupts are off during each pass over the pages, so a
 * request to flush often has to wait. The test then notices a flush for which the boot CPU does not
 * wait.
 */
static void read_all(void *argument)
{
	(void)argument;
	for (bool first = true; !stop; first = false) {
		interrupts_off();
		for (size_t i = 0; i < pages; i++) {
			const uint64_t wanted = lowest, found = *page(i);

			if (found < wanted || found == POISON)
				__atomic_fetch_add(&stale, 1, __ATOMIC_RELAXED);
		}
		interrupts_on();
		if (first)
			__atomic_fetch_add(&readers, 1, __ATOMIC_SEQ_CST);
	}
}

/* Gives each page its other frame, which holds `value`, and flushes. Then poisons the old frames. */
static void change(uint64_t value)
{
	const uint64_t *to = frames[value & 1], *from = frames[~value & 1];

	for (size_t i = 0; i < pages; i++) {
		*(volatile uint64_t *)phys_to_virt(to[i]) = value;
		*entry(i) = to[i] | PTE_PRESENT | PTE_WRITE | PTE_NX;
	}
	tlb_shootdown(BENCH_AREA_BASE, pages);
	lowest = value;
	for (size_t i = 0; i < pages; i++)
		*(volatile uint64_t *)phys_to_virt(from[i]) = POISON;
}

static const char *change_while_read(size_t count)
{
	const bool mapped = map(count);

	lowest = stop = readers = stale = 0;
	for (struct other_cpu *cpu = cpus_others; cpu && mapped; cpu = cpu->next)
		cpu_call(cpu, read_all, NULL);
	while (mapped && __atomic_load_n(&readers, __ATOMIC_ACQUIRE) != cpu_count - 1)
		__asm__ volatile("pause");
	for (uint64_t value = 1; value <= ROUNDS && mapped; value++)
		change(value);
	stop = true;
	for (struct other_cpu *cpu = cpus_others; cpu; cpu = cpu->next)
		cpu_call_wait(cpu);
	if (!mapped)
		return "no memory";
	unmap();
	return stale ? "a CPU has read an old frame" : NULL;
}

static const char *with_way(enum tlb_way way)
{
	static const size_t counts[] = { 1, 3, TLB_PAGES_MAX, PAGES_MAX };
	const char *problem = cpus_others ? NULL : ONE_CPU;

	if (!problem && map(1))
		unmap();
	self_test_keeps(); /* the page tables */
	tlb_set_way(way);
	for (size_t i = 0; i < sizeof counts / sizeof *counts && !problem; i++)
		problem = change_while_read(counts[i]);
	tlb_set_way(TLB_BATCHED);
	return problem;
}

TEST(cpus_flush_together)
{
	return with_way(TLB_BATCHED);
}

TEST(cpus_flush_page_by_page)
{
	return with_way(TLB_EACH_PAGE);
}

TEST(cpus_flush_by_broadcast)
{
	return with_way(TLB_BROADCAST);
}

static void nothing(void *argument)
{
	(void)argument;
}

/* Idle CPUs take part, too, and CPUs that have just started. */
TEST(cpus_flush_when_idle)
{
	for (unsigned i = 0; i < ROUNDS && cpus_others; i++) {
		cpu_call(cpus_others, nothing, NULL);
		tlb_shootdown(BENCH_AREA_BASE, 1);
		cpu_call_wait(cpus_others);
		for (const struct other_cpu *cpu = cpus_others; cpu; cpu = cpu->next)
			if (cpu->tlb.done != cpu->tlb.wanted || !cpu->tlb.done)
				return "a request was not carried out";
	}
	return cpus_others ? NULL : ONE_CPU;
}
