/* SPDX-License-Identifier: MIT */
#include "mem/pcid.h"

#include "cpu/cpu.h"
#include "mem/paging.h"
#include "output/console.h"

#define WORDS (PCID_COUNT / 64)

bool pcid_on;
uint64_t pcid_global;
static uint64_t taken[WORDS] = { 1 }; /* PCID 0 is no one's */
static unsigned next = 1;             /* where the search begins: reuse comes as late as it can */

void pcid_init(bool wanted)
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
	pcid_global = PTE_GLOBAL;
}

unsigned pcid_take(void)
{
	unsigned word = next / 64, pcid;
	uint64_t free = ~taken[word] & ~0UL << next % 64;

	for (unsigned i = 0; !free && i < WORDS; i++) { /* once round, to the start of the first word */
		word = (word + 1) % WORDS;
		free = ~taken[word];
	}
	if (!free)
		return 0;
	pcid = word * 64 + (unsigned)__builtin_ctzl(free);
	taken[word] |= 1UL << pcid % 64;
	next = (pcid + 1) % PCID_COUNT;
	return pcid;
}

void pcid_give(unsigned pcid)
{
	if (pcid)
		taken[pcid / 64] &= ~(1UL << pcid % 64);
}

void pcid_flush_tables(uintptr_t address)
{
	if (!pcid_on)
		invlpg(address); /* and with it every paging-structure cache */
	else if (cpu_features.invpcid)
		invpcid(INVPCID_ALL, 0, 0);
	else { /* a change of PGE flushes all there is (SDM 3A 4.10.4.1) */
		write_cr4(read_cr4() & ~CR4_PGE);
		write_cr4(read_cr4() | CR4_PGE);
	}
}
