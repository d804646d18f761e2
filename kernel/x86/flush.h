/* SPDX-License-Identifier: MIT */
/*
 * The instructions that drop translations, and the load of CR3. They reach the CPU that executes
 * them, and no other. mem/tlb.h is the way to flush, and isolation_switch() the way to load a root;
 * code that is about one of these instructions gets them from there too.
 */
#pragma once

#include <stdint.h>

/*
 * Loads CR3: flushes every translation that is not global, with PCIDs those of the value's PCID
 * (SDM 3A 4.10.4.1).
 */
static inline void write_cr3(uint64_t value)
{
	__asm__ volatile("mov %0, %%cr3" : : "r"(value) : "memory");
}

/* Flushes the translation of one page, global or not, and the paging-structure caches. */
static inline void invlpg(uintptr_t address)
{
	__asm__ volatile("invlpg (%0)" : : "r"(address) : "memory");
}

#define INVPCID_ALL 2 /* types of INVPCID (SDM 2A): every PCID, global translations too */

/* Flushes as `type` says; `pcid` and `address` matter to some types only. */
static inline void invpcid(uint64_t type, uint64_t pcid, uintptr_t address)
{
	const struct {
		uint64_t pcid, address;
	} descriptor = { pcid, address };

	__asm__ volatile("invpcid %0, %1" : : "m"(descriptor), "r"(type) : "memory");
}
