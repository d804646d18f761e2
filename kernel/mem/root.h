/* SPDX-License-Identifier: MIT */
/*
 * Roots: the CR3 values of a task, for user mode and for the kernel on its behalf. The two are
 * equal unless ISOLATION gives the kernel its own tables. A root belongs to an address space; with
 * fixed stacks, where each task has its own PML4, it also belongs to one task. Today every space
 * has a single task, which uses the space's root. isolation_root_create() makes roots,
 * isolation_switch() loads them.
 *
 * A root never changes. Whether its next load must flush is kept per CPU (pcid_load() in
 * mem/pcid.h), so loading a root writes no memory that several CPUs share.
 */
#pragma once

#include <stdint.h>

#include "mem/paging.h"
#include "mem/pcid.h"

/* CR3 for every load but the first: PML4, PCID, and CR3_NO_FLUSH if there is a PCID. */
struct root {
	uint64_t user, kernel;
};

/* Returns the physical address of the PML4 in a CR3 value. */
static inline uint64_t root_pml4(uint64_t cr3)
{
	return cr3 & PTE_FRAME;
}
