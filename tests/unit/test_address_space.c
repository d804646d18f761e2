/* SPDX-License-Identifier: MIT */
/* Tests address spaces and their regions (vm/address_space.c). */
#include "tests/unit/support.h"

#include <errno.h>

#include "mem/heap.h"
#include "vm/address_space.h"

static int setup(void **state)
{
	uint32_t tables = FRAME_LIST_END;

	memory_setup(state);
	kernel_pml4 = frame_alloc_zeroed();
	assert_non_null(paging_table(kernel_pml4, KERNEL_BASE, 0, &tables));
	assert_non_null(paging_table(kernel_pml4, DIRECT_MAP_BASE, 0, &tables));
	return 0;
}

/* Requires each page of the region to be mapped to a frame of its own, with the region's rights. */
static void check_region(uint64_t pml4, uintptr_t start, size_t pages, uint64_t flags)
{
	for (size_t i = 0; i < pages; i++) {
		uintptr_t address = start + i * PAGE_SIZE;
		uint64_t frame;
		pte_t leaf;

		frame = paging_translate(pml4, address, &leaf);
		assert_int_not_equal(frame, PAGING_INVALID);
		assert_int_equal(leaf, frame | flags | PTE_PRESENT | PTE_USER);
		*(uint64_t *)phys_to_virt(frame) = address;
	}
	for (size_t i = 0; i < pages; i++) {
		uintptr_t address = start + i * PAGE_SIZE;
		const uint64_t *word = phys_to_virt(paging_translate(pml4, address, NULL));

		assert_int_equal(*word, address); /* fails if a later page has the same frame */
	}
}

static void count_leaf(uintptr_t address, size_t size, pte_t leaf, uint64_t flags, void *argument)
{
	(void)address, (void)leaf, (void)flags;
	assert_int_equal(size, PAGE_SIZE);
	++*(size_t *)argument;
}

static size_t user_pages(uint64_t pml4)
{
	size_t pages = 0;

	paging_visit(pml4, 0, KERNEL_PML4_FIRST - 1, count_leaf, &pages);
	return pages;
}

static void created_empty(void **state)
{
	struct address_space space;
	size_t before = frames_free();
	const pte_t *pml4, *kernel = phys_to_virt(kernel_pml4);
	(void)state;

	assert_int_equal(address_space_create(&space), 0);
	assert_int_equal(frames_free(), before - 1);
	pml4 = phys_to_virt(space.pml4);
	for (unsigned i = 0; i < 512; i++)
		assert_int_equal(pml4[i], i < KERNEL_PML4_FIRST ? 0 : kernel[i]);
	assert_int_equal(space.count, 0);
	address_space_destroy(&space);
	assert_int_equal(frames_free(), before);
	assert_int_equal(space.pml4, FRAME_NONE);

	frames_set_reserve(before);
	assert_int_equal(address_space_create(&space), -ENOMEM);
	frames_set_reserve(0);
	assert_int_equal(frames_free(), before);
}

/* Regions at the edges of page tables of each level, and one that spans several tables. */
static const struct region regions[] = {
	{ USER_BASE, 1, PTE_NX, NULL, 0 },
	{ 0x400000, 511, 0, NULL, 0 },
	{ 0x5ff000, 1, PTE_WRITE | PTE_NX, NULL, 0 },
	{ 0x10000000, 1200, PTE_WRITE | PTE_NX, NULL, 0 },
	{ GIB - PAGE_SIZE, 2, 0, NULL, 0 },
	{ PML4_SPAN - 3 * PAGE_SIZE, 7, PTE_NX, NULL, 0 },
	{ USER_STACK_BASE, USER_STACK_SIZE / PAGE_SIZE, PTE_WRITE | PTE_NX, NULL, 0 },
};

#define REGIONS (sizeof regions / sizeof *regions)

static int map_all(struct address_space *space)
{
	for (size_t i = 0; i < REGIONS; i++) {
		int error = address_space_map(space, regions[i].start, regions[i].pages, regions[i].flags);

		if (error)
			return error;
	}
	return 0;
}

static size_t pages_of_all(void)
{
	size_t pages = 0;

	for (size_t i = 0; i < REGIONS; i++)
		pages += regions[i].pages;
	return pages;
}

static void maps_regions(void **state)
{
	struct address_space space;
	size_t before = frames_free();
	(void)state;

	assert_int_equal(address_space_create(&space), 0);
	assert_int_equal(map_all(&space), 0);
	assert_int_equal(space.count, REGIONS);
	for (size_t i = 0; i < REGIONS; i++) {
		assert_memory_equal(&address_space_regions(&space)[i], &regions[i],
		                    offsetof(struct region, backing));
		check_region(space.pml4, regions[i].start, regions[i].pages, regions[i].flags);
	}
	assert_int_equal(user_pages(space.pml4), pages_of_all());
	address_space_destroy(&space);
	assert_int_equal(frames_free(), before);
}

/* Checks that the regions are sorted, in whatever order the segments are mapped. */
static void maps_in_any_order(void **state)
{
	struct address_space space;
	size_t before = frames_free();
	(void)state;

	assert_int_equal(address_space_create(&space), 0);
	for (size_t n = 0; n < REGIONS; n++) {
		const struct region *r = &regions[n * 3 % REGIONS];

		assert_int_equal(address_space_map(&space, r->start, r->pages, r->flags), 0);
	}
	for (size_t i = 0; i < REGIONS; i++) {
		assert_memory_equal(&address_space_regions(&space)[i], &regions[i],
		                    offsetof(struct region, backing));
		check_region(space.pml4, regions[i].start, regions[i].pages, regions[i].flags);
	}
	address_space_set_brk(&space);
	assert_int_equal(space.brk, region_end(&regions[REGIONS - 2]));
	address_space_destroy(&space);
	assert_int_equal(frames_free(), before);
}

static void protects_one_region(void **state)
{
	struct address_space space;
	size_t before = frames_free(), mapped;
	(void)state;

	assert_int_equal(address_space_create(&space), 0);
	assert_int_equal(map_all(&space), 0);
	mapped = frames_free();
	for (size_t i = 0; i < REGIONS; i++) {
		address_space_protect(&space, regions[i].start, regions[i].flags ^ PTE_NX);
		assert_int_equal(address_space_regions(&space)[i].flags, regions[i].flags ^ PTE_NX);
		for (size_t j = 0; j < REGIONS; j++)
			check_region(space.pml4, regions[j].start, regions[j].pages,
			             regions[j].flags ^ (j <= i ? PTE_NX : 0));
	}
	assert_int_equal(frames_free(), mapped);
	address_space_destroy(&space);
	assert_int_equal(frames_free(), before);
}

static void many_regions(void **state)
{
	struct address_space space;
	size_t before = frames_free(), full;
	(void)state;

	assert_int_equal(address_space_create(&space), 0);
	for (size_t n = 0; n < REGIONS_MAX; n++) {
		assert_int_equal(address_space_map(&space, 0x400000 + n * 2 * PAGE_SIZE, 1, PTE_NX), 0);
		assert_int_equal(space.count, n + 1);
		for (size_t i = 0; i <= n; i++) {
			assert_int_equal(address_space_regions(&space)[i].start,
			                 0x400000 + i * 2 * PAGE_SIZE);
			assert_int_equal(address_space_regions(&space)[i].pages, 1);
		}
	}
	full = frames_free();
	assert_int_equal(address_space_map(&space, 0x10000000, 1, PTE_NX), -ENOMEM);
	assert_int_equal(space.count, REGIONS_MAX);
	assert_int_equal(frames_free(), full);
	address_space_destroy(&space);
	assert_int_equal(frames_free(), before);
}

/* Checks that two spaces share no frames except those of the kernel half. */
static void two_spaces(void **state)
{
	struct address_space a, b;
	size_t before = frames_free();
	(void)state;

	assert_int_equal(address_space_create(&a), 0);
	assert_int_equal(address_space_create(&b), 0);
	assert_int_equal(address_space_map(&a, 0x400000, 3, PTE_NX), 0);
	assert_int_equal(user_pages(b.pml4), 0);
	assert_int_equal(address_space_map(&b, 0x400000, 3, PTE_NX), 0);
	for (uintptr_t at = 0x400000; at < 0x403000; at += PAGE_SIZE)
		assert_int_not_equal(paging_translate(a.pml4, at, NULL), paging_translate(b.pml4, at, NULL));
	address_space_destroy(&a);
	assert_int_equal(user_pages(b.pml4), 3);
	address_space_destroy(&b);
	assert_int_equal(frames_free(), before);
}

/*
 * Creates a space with only `available` free frames and maps regions[] and 40 more regions, so that
 * the array of regions grows. Returns 0 or an error number.
 */
static int build(struct address_space *space, size_t available)
{
	int error;

	frames_set_reserve(frames_free() - available);
	error = address_space_create(space);
	if (!error)
		error = map_all(space);
	for (size_t i = 0; !error && i < 40; i++)
		error = address_space_map(space, 0x20000000 + i * PD_SPAN, 1, PTE_NX);
	frames_set_reserve(0);
	return error;
}

static void shortage_at_every_allocation(void **state)
{
	struct address_space space;
	size_t before = frames_free(), needed;
	(void)state;

	assert_int_equal(build(&space, before), 0);
	needed = before - frames_free();
	address_space_destroy(&space);
	assert_int_equal(frames_free(), before);
	for (size_t available = 0; available <= needed; available++) {
		int error = build(&space, available);

		/*
		 * When the array grows, the old one is freed after the new one was allocated, so
		 * even `needed` frames may not be enough.
		 */
		if (available < needed)
			assert_int_equal(error, -ENOMEM);
		if (available > 0) {
			for (uint32_t i = 0; i < space.count; i++) {
				const struct region *r = &address_space_regions(&space)[i];

				if (r->pages)
					assert_int_not_equal(
					        paging_translate(space.pml4,
					                         r->start + (r->pages - 1) * PAGE_SIZE, NULL),
					        PAGING_INVALID);
			}
			address_space_destroy(&space);
		}
		assert_int_equal(frames_free(), before);
	}
}

static void user_ranges(void **state)
{
	(void)state;
	assert_true(user_range(0, 0));
	assert_true(user_range(0, USER_TOP));
	assert_true(user_range(USER_TOP - 1, 1));
	assert_true(user_range(USER_TOP, 0));
	assert_true(user_range(0x400000, 4096));
	assert_false(user_range(0, USER_TOP + 1));
	assert_false(user_range(1, USER_TOP));
	assert_false(user_range(USER_TOP, 1));
	assert_false(user_range(USER_TOP + 1, 0));
	assert_false(user_range(USER_TOP - 1, 2));
	assert_false(user_range(0x400000, UINT64_MAX));
	assert_false(user_range(UINT64_MAX, 1));
	assert_false(user_range(UINT64_MAX, UINT64_MAX));
	assert_false(user_range(UINT64_MAX - 4095, 4096)); /* start + size overflows to 0 */
	assert_false(user_range(KERNEL_BASE, 8));
	assert_false(user_range(1UL << 47, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(created_empty),
		cmocka_unit_test(maps_regions),
		cmocka_unit_test(maps_in_any_order),
		cmocka_unit_test(protects_one_region),
		cmocka_unit_test(many_regions),
		cmocka_unit_test(two_spaces),
		cmocka_unit_test(shortage_at_every_allocation),
		cmocka_unit_test(user_ranges),
	};

	return cmocka_run_group_tests_name("address_space", tests, setup, NULL);
}
