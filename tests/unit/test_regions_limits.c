/* SPDX-License-Identifier: MIT */
/*
 * Tests the limits of regions: how many there may be, where new regions are placed, and how far
 * stacks grow (vm/regions.c, vm/fault.c).
 */
#include "tests/unit/regions.h"

#include <errno.h>

#include "vm/regions.h"

static struct address_space spaces[1];

static void too_many_regions(void **state)
{
	struct address_space *space = &spaces[0];
	size_t before = frames_free();
	uintptr_t at = GIB;
	(void)state;

	assert_int_equal(address_space_create(space), 0);
	for (size_t i = 0; i < REGIONS_MAX - 1; i++, at += 2 * PAGE_SIZE)
		assert_int_equal(region_map(space, at, 1, PTE_NX), 0);
	assert_int_equal(region_map(space, at, 3, PTE_NX), 0);
	assert_int_equal(space->count, REGIONS_MAX);
	assert_int_equal(region_map(space, at + 4 * PAGE_SIZE, 1, PTE_NX), -ENOMEM);
	assert_int_equal(region_unmap(space, at + PAGE_SIZE, 1), -ENOMEM);
	assert_int_equal(region_protect(space, at, 1, 0), -ENOMEM);
	assert_int_equal(space->count, REGIONS_MAX);
	assert_int_equal(region_unmap(space, at, 3), 0);
	assert_int_equal(region_unmap(space, GIB, REGIONS_MAX * 2), 0);
	assert_int_equal(space->count, 0);
	address_space_destroy(space);
	assert_int_equal(frames_free(), before);
}

static void finds_places(void **state)
{
	struct address_space *space = &spaces[0];
	const size_t all = (USER_MAP_TOP - USER_BASE) / PAGE_SIZE;
	(void)state;

	assert_int_equal(address_space_create(space), 0);
	assert_int_equal(region_find_place(space, 3), USER_MAP_TOP - 3 * PAGE_SIZE);
	assert_int_equal(region_find_place(space, all), USER_BASE);
	assert_int_equal(region_find_place(space, all + 1), 0);
	assert_int_equal(region_map(space, USER_STACK_BASE, 4, PTE_WRITE | PTE_NX | REGION_GROWS), 0);
	assert_int_equal(region_find_place(space, 3), USER_MAP_TOP - 3 * PAGE_SIZE);
	assert_int_equal(region_map(space, USER_MAP_TOP - 10 * PAGE_SIZE, 2, PTE_NX), 0);
	assert_int_equal(region_find_place(space, 8), USER_MAP_TOP - 8 * PAGE_SIZE);
	assert_int_equal(region_find_place(space, 9), USER_MAP_TOP - 19 * PAGE_SIZE);
	assert_true(region_is_free(space, USER_MAP_TOP - 8 * PAGE_SIZE, 8));
	assert_false(region_is_free(space, USER_MAP_TOP - 9 * PAGE_SIZE, 9));
	assert_false(region_is_free(space, USER_TOP, 1));
	assert_false(region_is_free(space, USER_BASE - PAGE_SIZE, 1));
	assert_false(region_is_free(space, USER_BASE, ~0UL / PAGE_SIZE));
	address_space_destroy(space);
}

static void stacks_grow(void **state)
{
	struct address_space *space = &spaces[0];
	const uintptr_t limit = USER_STACK_TOP - USER_STACK_LIMIT;
	const struct region *stack;
	(void)state;

	assert_int_equal(address_space_create(space), 0);
	assert_int_equal(region_map(space, USER_STACK_BASE, 4, PTE_WRITE | PTE_NX | REGION_GROWS), 0);
	stack = address_space_regions(space);
	assert_int_equal(region_fault(space, USER_STACK_BASE - 5000, FAULT_WRITE), 0);
	assert_int_equal(stack->start, USER_STACK_BASE - 2 * PAGE_SIZE);
	assert_int_equal(region_end(stack), USER_STACK_TOP);
	assert_int_equal(region_fault(space, limit - 1, FAULT_WRITE), -EFAULT);
	assert_int_equal(region_fault(space, limit, 0), 0);
	assert_int_equal(stack->start, limit);
	assert_int_equal(region_unmap(space, limit, 1024), 0);
	assert_int_equal(region_map(space, limit, 16, PTE_NX), 0);
	stack = address_space_regions(space) + 1;
	/* The page above the region that was just mapped is the stack's guard page. */
	assert_int_equal(region_fault(space, limit + 16 * PAGE_SIZE, 0), -EFAULT);
	assert_int_equal(region_fault(space, limit + 17 * PAGE_SIZE, 0), 0);
	assert_int_equal(stack->start, limit + 17 * PAGE_SIZE);
	address_space_destroy(space);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(too_many_regions),
		cmocka_unit_test(finds_places),
		cmocka_unit_test(stacks_grow),
	};

	return cmocka_run_group_tests_name("regions_limits", tests, setup, NULL);
}
