/* SPDX-License-Identifier: MIT */
/*
 * The instructions that invalidate translations, and the load of CR3. They affect only the CPU that
 * executes them. To flush, use mem/tlb.h; to load a root, use isolation_switch(). Code that must
 * execute a particular one of these instructions includes mem/tlb.h, which includes this header.
 */
#pragma once

#include <stdint.h>

/*
 * Loads CR3. Flushes all translations that are not global. With PCIDs, flushes only those of the
 * new PCID, or none if the value has CR3_NO_FLUSH (SDM 3A 4.10.4.1).
 */
static inline void write_cr3(uint64_t value)
{
	__asm__ volatile("mov %0, %%cr3" : : "r"(value) : "memory");
}

/* Flushes the translation of one page, global or not, and the paging-structure caches (INVLPG). */
static inline void invlpg(uintptr_t address)
{
	__asm__ volatile("invlpg (%0)" : : "r"(address) : "memory");
}

#define INVPCID_ALL 2 /* type of INVPCID (SDM 2A): every PCID, global translations included */

/* Flushes the translations that `type` selects (SDM 2A). Some types ignore `pcid` or `address`. */
static inline void invpcid(uint64_t type, uint64_t pcid, uintptr_t address)
{
	const struct {
		uint64_t pcid, address;
	} descriptor = { pcid, address };

	__asm__ volatile("invpcid %0, %1" : : "m"(descriptor), "r"(type) : "memory");
}
