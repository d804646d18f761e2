/* SPDX-License-Identifier: MIT */
/*
 * Roots: what CR3 takes while a task runs, in user mode and in the kernel on its behalf. Both are
 * the same under an ISOLATION that gives the kernel no tables of its own. A root belongs to an
 * address space, and to one task if STACK keeps each task's stack at one address in a PML4 of its
 * own (fixed stacks). Today every space has one task, which has the space's root.
 * Roots are made by isolation_root_create() and loaded by isolation_switch().
 *
 * A root never changes. Which translations a CPU must drop when it next loads one is kept per CPU
 * (pcid_load() in mem/pcid.h), so that loading a root writes nothing that several CPUs share.
 */
#pragma once

#include <stdint.h>

#include "mem/paging.h"
#include "mem/pcid.h"

/* CR3 for every load but the first: PML4, PCID, and CR3_NO_FLUSH if there is a PCID. */
struct root {
	uint64_t user, kernel;
};

/* Physical address of a PML4, from a value of CR3. */
static inline uint64_t root_pml4(uint64_t cr3)
{
	return cr3 & PTE_FRAME;
}
