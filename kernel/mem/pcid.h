/* SPDX-License-Identifier: MIT */
/*
 * Process-context identifiers (SDM 3A 4.10.1) tag the entries of the TLB and of the
 * paging-structure caches, so that a load of CR3 need not flush them. Used only if the command line
 * says pcid=on.
 *
 * Each address space gets a PCID of its own, 1 … 4095, when it is created, and keeps it until it is
 * destroyed. The rules:
 *   - The first load of CR3 with a newly allocated PCID flushes that PCID (bit 63 clear), so
 *     translations of its previous owner are never used. Later loads keep the translations
 *     (pcid_load()).
 *   - PCID 0 belongs to no space. A CR3 value without a PCID is always safe, because loading it
 *     always flushes. A space created while all 4095 PCIDs are in use has such a value.
 *   - INVLPG and a flushing load affect only the current PCID; INVLPG also flushes global
 *     translations, under every PCID (SDM 3A 4.10.4.1). When a page is unmapped or loses rights, no
 *     PCID may keep it cached. The reasons why none does, by kind of page:
 *       heap stacks    are used under many PCIDs, so their pages are global (pcid_global);
 *       loading window is open only while one PCID runs, with interrupts off, and is flushed before
 *                      another PCID runs: INVLPG or a flushing load under that PCID is enough;
 *       benchmark area is used under one PCID only, for the duration of a benchmark;
 *       user half      is cached under one PCID only. tlb_flush() flushes it while its space is
 *                      loaded; otherwise the next load of its PCID does. If user mode has a PCID of
 *                      its own, isolation_user_changed() leaves the flush to the next return.
 *     Several CPUs would need shoot-downs, with or without PCIDs.
 *   - A page table that has been unlinked from the shared half may still be cached under every
 *     PCID, even if its pages were global. tlb_flush_tables() flushes it under all of them.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "cpu/cpu.h"

#define CR3_PCID     0xfffUL
#define CR3_NO_FLUSH (1UL << 63)
#define PCID_COUNT   4096U
#define PCID_WORDS   (PCID_COUNT / 64)
#define PCID_CPUS    1 /* CPUs that load PCIDs: only the boot CPU runs tasks */

/* True if PCIDs are in use. Set at boot, before the first address space is made. */
extern bool pcid_on;

/*
 * A flag for pages of the shared kernel half that may be unmapped: PTE_GLOBAL if PCIDs are in use
 * and kernel pages are global, otherwise 0.
 */
extern uint64_t pcid_global;

/*
 * If `wanted` is true, enables PCIDs; if the CPU has no PCIDs or no global pages, prints a message
 * instead. `kernel_flags` is the result of isolation_kernel_flags(). CR3 must have no PCID,
 * otherwise CR4.PCIDE cannot be set (SDM 3A 4.10.1).
 */
void pcid_init(bool wanted, uint64_t kernel_flags);

/*
 * Allocates a PCID, if PCIDs are in use and one is free, and makes it stale on every CPU, so that
 * no translation of its previous owner is used. Returns the CR3 value for the PML4 at physical
 * address `pml4`, with CR3_NO_FLUSH if it has a PCID. Such a value must always be loaded through
 * pcid_load(). pcid_give() frees the PCID.
 */
uint64_t pcid_take(uint64_t pml4);
void pcid_give(uint64_t cr3); /* does nothing without a PCID */

/*
 * A PCID is stale on a CPU if the CPU may have cached outdated translations of it. The next load of
 * a stale PCID on that CPU flushes them. pcid_make_stale() marks the PCID of `cr3` as stale on
 * every CPU; it ignores a value without a PCID, since every load of such a value flushes.
 * pcid_clear_stale() clears the mark of a PCID that is stale on this CPU. pcid_load_stale() returns
 * the value to load for `cr3` and clears the mark, if there is one, on this CPU. There is no lock,
 * because tasks run on one CPU, and are never preempted in the kernel.
 */
void pcid_make_stale(uint64_t cr3);
void pcid_clear_stale(uint64_t cr3);
uint64_t pcid_load_stale(uint64_t cr3);

/* For each CPU, a bit per PCID that is stale there. cpu.stale_pcids is the number of set bits. */
extern uint64_t pcid_stale[PCID_CPUS][PCID_WORDS];

static inline bool pcid_is_stale(const struct cpu *cpu, uint64_t cr3)
{
	const unsigned pcid = cr3 & CR3_PCID;

	return pcid_stale[cpu->id][pcid / 64] >> pcid % 64 & 1;
}

/*
 * Returns the value to load into CR3 for `cr3` on this CPU. It lacks CR3_NO_FLUSH if the PCID of
 * `cr3` is stale here. The caller must load it at once, with interrupts off.
 */
static inline uint64_t pcid_load(uint64_t cr3)
{
	bool any;

	__asm__ volatile("cmpl $0, %%gs:%c1" : "=@ccne"(any) : "i"(offsetof(struct cpu, stale_pcids)));
	return any ? pcid_load_stale(cr3) : cr3;
}

/*
 * Returns the value to load into CR3 to go back to `cr3`, an earlier value whose translations are
 * still valid. If `cr3` has a PCID, the result has CR3_NO_FLUSH.
 */
static inline uint64_t pcid_back(uint64_t cr3)
{
	return cr3 & CR3_PCID ? cr3 | CR3_NO_FLUSH : cr3;
}
