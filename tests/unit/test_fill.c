/* SPDX-License-Identifier: MIT */
/* Tests fill_view() for every small case, and a whole load through loader_direct.c. */
#include "tests/unit/support.h"

#include <errno.h>
#include <string.h>

#include "loader/fill.h"
#include "loader/loader.h"

#define DATA_MAX 17
#define VIEW_MAX 40
#define EDGE     8

static uint8_t data_byte(size_t i)
{
	return (uint8_t)(i * 31 + 1);
}

/* Returns the byte that the segment must have at `offset`: data, or 0. */
static uint8_t segment_byte(const struct load_segment *s, size_t offset)
{
	if (offset < s->data_offset || offset >= s->data_offset + s->data_size)
		return 0;
	return s->data[offset - s->data_offset];
}

static void check_view(const struct load_segment *s, size_t offset, size_t size)
{
	static uint8_t got[2 * PAGE_SIZE + 2 * EDGE], want[sizeof got];
	size_t all = size + 2 * EDGE;

	memset(got, GARBAGE, all);
	memset(want, GARBAGE, all);
	for (size_t i = 0; i < size; i++)
		want[EDGE + i] = segment_byte(s, offset + i);
	fill_view((char *)got + EDGE, s, offset, size);
	if (memcmp(got, want, all) != 0)
		fail_msg("view %zu+%zu of data %zu+%zu", offset, size, s->data_offset, s->data_size);
}

static void small_views(void **state)
{
	(void)state;
	for (size_t data_size = 0; data_size <= DATA_MAX; data_size++) {
		uint8_t *data = guard_before(data_size);

		for (size_t i = 0; i < data_size; i++)
			data[i] = data_byte(i);
		for (size_t data_offset = 0; data_offset <= DATA_MAX; data_offset++) {
			const struct load_segment s = { 0x400000, 1, 0, data_offset, data, data_size };

			for (size_t offset = 0; offset <= VIEW_MAX; offset++)
				for (size_t size = 0; size <= VIEW_MAX; size++)
					check_view(&s, offset, size);
		}
	}
}

static void page_views(void **state)
{
	static const size_t offsets[] = { 0, 1, 8, 4095 }, sizes[] = { 0, 1, 4095, 4096, 4097, 8192, 9000 };
	static uint8_t data[9000];
	(void)state;

	for (size_t i = 0; i < sizeof data; i++)
		data[i] = data_byte(i);
	for (unsigned i = 0; i < 4; i++) {
		for (unsigned j = 0; j < 7; j++) {
			const struct load_segment s = { 0x400000, 4, 0, offsets[i], data, sizes[j] };

			for (size_t page = 0; page < 4; page++)
				check_view(&s, page * PAGE_SIZE, PAGE_SIZE);
			check_view(&s, PAGE_SIZE, 2 * PAGE_SIZE);
		}
	}
}

/* Checks that a segment without data, like that of a stack, is filled with zeros. */
static void no_data(void **state)
{
	const struct load_segment s = { USER_STACK_BASE, 4, PTE_WRITE | PTE_NX, 0, NULL, 0 };
	(void)state;

	check_view(&s, 0, 2 * PAGE_SIZE);
	check_view(&s, PAGE_SIZE, PAGE_SIZE);
}

static void loads_all_segments(void **state)
{
	static uint8_t data[5 * PAGE_SIZE];
	const struct load_segment segments[] = {
		{ 0x400000, 3, 0, 0x123, data, 2 * PAGE_SIZE + 77 },
		{ 0x5fe000, 4, PTE_NX, 0, data + 3, PAGE_SIZE }, /* spans two page tables */
		{ 0x700000, 600, PTE_WRITE | PTE_NX, 4095, data, sizeof data },
		{ USER_STACK_BASE, 4, PTE_WRITE | PTE_NX, 0, NULL, 0 },
	};
	size_t before, needed;
	struct address_space space;
	(void)state;

	for (size_t i = 0; i < sizeof data; i++)
		data[i] = data_byte(i);
	memory_setup(NULL);
	kernel_pml4 = frame_alloc_zeroed();
	before = frames_free();
	assert_int_equal(address_space_create(&space), 0);
	assert_int_equal(loader_load(&space, segments, 4), 0);
	for (const struct load_segment *s = segments; s < segments + 4; s++) {
		for (size_t offset = 0; offset < s->pages * PAGE_SIZE; offset++) {
			uint64_t at = paging_translate(space.pml4, s->start + offset, NULL);

			assert_true(*(uint8_t *)phys_to_virt(at) == segment_byte(s, offset));
		}
	}
	needed = before - frames_free();
	address_space_destroy(&space);
	assert_int_equal(frames_free(), before);

	for (size_t available = 1; available < needed; available++) {
		frames_set_reserve(before - available);
		assert_int_equal(address_space_create(&space), 0);
		assert_int_equal(loader_load(&space, segments, 4), -ENOMEM);
		address_space_destroy(&space);
		assert_int_equal(frames_free(), before);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(small_views),
		cmocka_unit_test(page_views),
		cmocka_unit_test(no_data),
		cmocka_unit_test(loads_all_segments),
	};

	return cmocka_run_group_tests_name("fill", tests, NULL, NULL);
}
