/* SPDX-License-Identifier: MIT */
/* Flushes on all CPUs. See tlb.h. */
#include "cpu/apic.h"
#include "cpu/cpus.h"
#include "cpu/features.h"
#include "lib/schedule.h"
#include "mem/tlb.h"

static enum tlb_way way;  /* set at boot */
static uint64_t requests; /* number of the latest request; only the boot CPU uses it */

void tlb_set_way(enum tlb_way chosen)
{
	way = chosen;
}

static void flush_all_here(void)
{
	if (cpu_features.invpcid) {
		invpcid(INVPCID_ALL, 0, 0);
	} else if (cpu_features.pge) { /* a change of PGE flushes everything (SDM 3A 4.10.4.1) */
		write_cr4(read_cr4() & ~CR4_PGE);
		write_cr4(read_cr4() | CR4_PGE);
	} else {
		write_cr3(read_cr3());
	}
}

static inline void flush_here(uintptr_t start, size_t pages)
{
	if (pages == TLB_ALL)
		flush_all_here();
	else
		tlb_flush_pages(start, pages);
}

/* Requests that follow each other closely may share an IPI, so one IPI may find nothing to do. */
void tlb_serve(void)
{
	struct tlb_request *request = &((struct other_cpu *)this_cpu())->tlb;
	uint64_t wanted;

	schedule_point(SCHEDULE_SERVE);
	wanted = __atomic_load_n(&request->wanted, __ATOMIC_ACQUIRE);
	if (wanted != request->done) {
		flush_here(request->start, request->pages);
		schedule_point(SCHEDULE_SERVED);
		__atomic_store_n(&request->done, wanted, __ATOMIC_RELEASE);
	}
	lapic_eoi();
}

void tlb_init(void)
{
	irq_set_handler(VECTOR_TLB, tlb_serve);
}

/* Makes all CPUs carry out one request. Interrupts must be off. */
static uint64_t shoot(uintptr_t start, size_t pages)
{
	const uint64_t number = ++requests;
	uint64_t polls = 0;

	for (struct other_cpu *cpu = cpus_others; cpu; cpu = cpu->next) {
		cpu->tlb.start = start;
		cpu->tlb.pages = pages;
		__atomic_store_n(&cpu->tlb.wanted, number, __ATOMIC_RELEASE);
		schedule_point(SCHEDULE_IPI);
		if (way != TLB_BROADCAST)
			lapic_send(cpu->apic_id, VECTOR_TLB);
	}
	if (way == TLB_BROADCAST && cpus_others)
		lapic_send_others(VECTOR_TLB);
	schedule_point(SCHEDULE_FLUSH);
	flush_here(start, pages);
	for (const struct other_cpu *cpu = cpus_others; cpu; cpu = cpu->next)
		for (; __atomic_load_n(&cpu->tlb.done, __ATOMIC_ACQUIRE) != number; polls++)
			__asm__ volatile("pause");
	return polls;
}

uint64_t tlb_shootdown(uintptr_t start, size_t pages)
{
	const bool on = interrupts_are_on();
	uint64_t polls = 0;

	interrupts_off();
	if (way == TLB_EACH_PAGE)
		for (; pages; pages--, start += PAGE_SIZE)
			polls += shoot(start, 1);
	else
		polls = shoot(start, pages > TLB_PAGES_MAX ? TLB_ALL : pages);
	if (on)
		interrupts_on();
	return polls;
}
