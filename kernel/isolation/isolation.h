/* SPDX-License-Identifier: MIT */
/*
 * Isolation: how much of the kernel half a user task's tables hold.
 *
 *   isolation_shared   all of it: the kernel half is the same in every PML4
 */
#pragma once

#include "mem/paging.h"

/* The number of PML4 entries of the kernel half that `pml4` shares with the kernel's own. */
unsigned isolation_shared_entries(uint64_t pml4);
