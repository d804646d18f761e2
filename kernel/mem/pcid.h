/* SPDX-License-Identifier: MIT */
/*
 * Process-context identifiers (SDM 3A 4.10.1): tags on what the TLB and the paging-structure caches
 * hold, so that a load of CR3 need not drop it. An option of the command line (pcid=on).
 *
 * Each address space has a PCID of its own, 1 … 4095, from its creation to its end. The rules:
 *   - The first load of CR3 with a PCID that was handed out anew flushes it (bit 63 clear), so what
 *     its last owner left is never used; later loads keep what is there (pcid_load()).
 *   - PCID 0 belongs to no one: a bare PML4 address in CR3 is right, because such a load always
 *     flushes. Spaces beyond the 4095th, which get no PCID, live with that.
 *   - INVLPG and a flushing load reach the current PCID only; INVLPG also reaches global
 *     translations, under every PCID (SDM 3A 4.10.4.1). So a page of the shared kernel half that is
 *     unmapped must be one that no other PCID can have cached:
 *       heap stacks    are there while other PCIDs run, so they are global (pcid_global);
 *       loading window is open only while one PCID runs, interrupts off, and is flushed before it
 *                      ends: INVLPG or a flushing load under that PCID is enough;
 *       benchmark area the same, for the length of a row;
 *       user half      belongs to one PCID: rights that shrink make its next load flush.
 *     With a second CPU this needs shoot-downs, with PCIDs or without.
 *   - A page table of the shared half that is taken out may be cached under every PCID, whatever
 *     its pages were: tlb_flush_tables().
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "cpu/cpu.h"

#define CR3_PCID     0xfffUL
#define CR3_NO_FLUSH (1UL << 63)
#define PCID_COUNT   4096U

/* Whether PCIDs are in use. Decided once, before the first address space. */
extern bool pcid_on;

/* PTE_GLOBAL if PCIDs are in use and kernel pages are global, else 0: for pages of the shared
   kernel half that are unmapped again. */
extern uint64_t pcid_global;

/*
 * Turns PCIDs on if they are wanted and the processor has them and global pages; prints a message
 * if it has not. `kernel_flags`: isolation_kernel_flags(). CR3 must hold a bare PML4 address:
 * CR4.PCIDE cannot be set otherwise (SDM 3A 4.10.1).
 */
void pcid_init(bool wanted, uint64_t kernel_flags);

/*
 * The value of CR3 for a new PML4, for every load but the first: takes a PCID if they are in use
 * and one is left (the one given back longest ago comes late), and makes it stale on every CPU, so
 * that nothing of its last owner is used. pcid_give() gives the PCID back.
 */
uint64_t pcid_take(uint64_t pml4);
void pcid_give(uint64_t cr3); /* ignored without a PCID */

/*
 * A PCID is stale on a CPU while the CPU may hold translations of it that are no longer right: its
 * next load there flushes. pcid_make_stale() makes it so on every CPU; a value of CR3 without a PCID
 * is ignored, since each load of it flushes. What is stale belongs to one CPU each and is changed
 * by it alone, in the kernel, which is never preempted: with several CPUs it needs a lock.
 */
void pcid_make_stale(uint64_t cr3);
bool pcid_is_stale(const struct cpu *cpu, uint64_t cr3);
uint64_t pcid_load_stale(uint64_t cr3);

/* The value that this CPU loads for `cr3` now. The caller loads it at once, interrupts off. */
static inline uint64_t pcid_load(uint64_t cr3)
{
	bool any;

	__asm__ volatile("cmpl $0, %%gs:%c1" : "=@ccne"(any) : "i"(offsetof(struct cpu, stale_pcids)));
	return any ? pcid_load_stale(cr3) : cr3;
}

/* The value for going back to what CR3 held a moment ago, unchanged since. */
static inline uint64_t pcid_back(uint64_t cr3)
{
	return cr3 & CR3_PCID ? cr3 | CR3_NO_FLUSH : cr3;
}
