/* SPDX-License-Identifier: MIT */
/* Shared by the tests of regions. */
#pragma once

#include "tests/unit/support.h"

#include "mem/paging.h"
#include "sched/rwlock.h"

/* Called if a task must wait for a space's lock. Fails the test, which has only one task. */
void rwlock_block(struct wait_queue *queue)
{
	(void)queue;
	fail_msg("the lock of the regions is asked for twice");
}

void rwlock_wake(struct wait_queue *queue)
{
	(void)queue;
}

static inline int setup(void **state)
{
	uint32_t tables = FRAME_LIST_END;

	memory_setup(state);
	kernel_pml4 = frame_alloc_zeroed();
	assert_non_null(paging_table(kernel_pml4, KERNEL_BASE, 0, &tables));
	return 0;
}
