/* SPDX-License-Identifier: MIT */
#include "mem/pcid.h"

#include "cpu/cpu.h"
#include "mem/paging.h"
#include "output/console.h"

bool pcid_on;
uint64_t pcid_global;
static uint64_t taken[PCID_WORDS] = { 1 }; /* a bit per PCID; PCID 0 is never allocated */
static unsigned next = 1;                  /* the search starts here; a freed PCID is thus reused late */
uint64_t pcid_stale[PCID_CPUS][PCID_WORDS];

void pcid_init(bool wanted, uint64_t kernel_flags)
{
	if (!wanted)
		return;
	if (!cpu_features.pcid || !cpu_features.pge) {
		kprintf("pcid=on is ignored: this processor has no %s\n",
		        cpu_features.pcid ? "global pages" : "PCIDs");
		return;
	}
	write_cr4(read_cr4() | CR4_PCIDE);
	pcid_on = true;
	pcid_global = kernel_flags & PTE_GLOBAL;
}

/* Allocates a PCID. Returns 0 if none is free. */
static unsigned take(void)
{
	unsigned word = next / 64, pcid;
	uint64_t free = ~taken[word] & ~0UL << next % 64;

	for (unsigned i = 0; !free && i < PCID_WORDS; i++) { /* try all words, from the next one on */
		word = (word + 1) % PCID_WORDS;
		free = ~taken[word];
	}
	if (!free)
		return 0;
	pcid = word * 64 + (unsigned)__builtin_ctzl(free);
	taken[word] |= 1UL << pcid % 64;
	next = (pcid + 1) % PCID_COUNT;
	return pcid;
}

uint64_t pcid_take(uint64_t pml4)
{
	const uint64_t cr3 = pcid_back(pml4 | (pcid_on ? take() : 0));

	pcid_make_stale(cr3);
	return cr3;
}

void pcid_give(uint64_t cr3)
{
	const unsigned pcid = cr3 & CR3_PCID;

	if (!pcid)
		return;
	taken[pcid / 64] &= ~(1UL << pcid % 64);
	/*
	 * Clear the mark: a free PCID is never loaded, so no load would clear it. While any PCID is
	 * marked, every pcid_load() takes longer. pcid_take() sets the mark again.
	 */
	if (pcid_is_stale(this_cpu(), cr3))
		pcid_clear_stale(cr3);
}

void pcid_make_stale(uint64_t cr3)
{
	const unsigned pcid = cr3 & CR3_PCID;
	struct cpu *cpu;

	if (!pcid)
		return;
	cpu = this_cpu(); /* the only CPU that runs tasks */
	if (pcid_is_stale(cpu, cr3))
		return;
	pcid_stale[cpu->id][pcid / 64] |= 1UL << pcid % 64;
	cpu->stale_pcids++;
}

void pcid_clear_stale(uint64_t cr3)
{
	const unsigned pcid = cr3 & CR3_PCID;
	struct cpu *cpu = this_cpu();

	pcid_stale[cpu->id][pcid / 64] &= ~(1UL << pcid % 64);
	cpu->stale_pcids--;
}

uint64_t pcid_load_stale(uint64_t cr3)
{
	if (!pcid_is_stale(this_cpu(), cr3))
		return cr3;
	pcid_clear_stale(cr3);
	return cr3 & ~CR3_NO_FLUSH;
}
