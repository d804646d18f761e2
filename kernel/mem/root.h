/* SPDX-License-Identifier: MIT */
/*
 * A root is a pair of CR3 values: a task runs under one in user mode, and under the other in the
 * kernel. The two are equal unless ISOLATION gives the kernel its own tables. A root belongs to an
 * address space. With fixed stacks, where each task needs its own PML4, it also belongs to one
 * task: the first thread of a process uses the root of the space, each other thread has one of its
 * own (isolation_thread_root_create()). isolation_root_create() makes roots, isolation_switch()
 * loads them.
 *
 * A root never changes. mem/pcid.h records, for each CPU, whether the next load of a PCID must
 * flush (pcid_load()). So loading a root writes no memory that several CPUs share.
 */
#pragma once

#include <stdint.h>

#include "mem/paging.h"
#include "mem/pcid.h"

/* CR3 values for pcid_load(): PML4, PCID, and CR3_NO_FLUSH if there is a PCID. */
struct root {
	uint64_t user, kernel;
};

/* Returns the physical address of the PML4 in a CR3 value. */
static inline uint64_t root_pml4(uint64_t cr3)
{
	return cr3 & PTE_FRAME;
}
