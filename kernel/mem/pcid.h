/* SPDX-License-Identifier: MIT */
/*
 * Process-context identifiers (SDM 3A 4.10.1): tags on what the TLB and the paging-structure caches
 * hold, so that a load of CR3 need not drop it. An option of the command line (pcid=on).
 *
 * Each address space has a PCID of its own, 1 … 4095, from its creation to its end. The rules:
 *   - The first load of CR3 with a PCID that was handed out anew flushes it (bit 63 clear), so what
 *     its last owner left is never used; later loads keep what is there (address_space_cr3()).
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
 *     its pages were: pcid_flush_tables().
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define CR3_PCID     0xfffUL
#define CR3_NO_FLUSH (1UL << 63)
#define PCID_COUNT   4096U

/* Whether PCIDs are in use. Decided once, before the first address space. */
extern bool pcid_on;

/* PTE_GLOBAL when PCIDs are in use, else 0: for pages that all spaces share and that go again. */
extern uint64_t pcid_global;

/*
 * Turns PCIDs on when they are wanted and the processor has them (and global pages); says so when it has not. CR3 must hold
 * a bare PML4 address: CR4.PCIDE cannot be set otherwise (SDM 3A 4.10.1).
 */
void pcid_init(bool wanted);

/* A PCID that no space has, or 0 when all are taken. The one given back longest ago comes late. */
unsigned pcid_take(void);

/* Gives a PCID back; 0 is ignored. Nothing is flushed: its next owner's first load does that. */
void pcid_give(unsigned pcid);

/* CR3 values for going back to a space that was loaded a moment ago and has not changed since. */
static inline uint64_t pcid_back(uint64_t cr3)
{
	return cr3 & CR3_PCID ? cr3 | CR3_NO_FLUSH : cr3;
}

/*
 * After a page table that mapped `address` in the shared kernel half was taken out: drops every
 * cached way through it. The pages themselves have been flushed before.
 */
void pcid_flush_tables(uintptr_t address);
