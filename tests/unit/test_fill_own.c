/* SPDX-License-Identifier: MIT */
/*
 * Tests loader_self.c, with which a task fills its own pages. Afterwards all bytes must be there,
 * the read-only pages must not be writable, and SMAP must be closed. Memory of the host stands for
 * the user pages.
 */
#include "tests/unit/support.h"

#include <string.h>
#include <sys/mman.h>

#include "loader/loader.h"
#include "x86/instructions.h"

#define PAGES 8

static uintptr_t start;         /* first address of the user pages */
static unsigned flushed[PAGES]; /* number of flushes of each page */
static struct address_space space;

static void note_flush(uintptr_t address)
{
	for (size_t i = 0; i < PAGES; i++) {
		const pte_t *table = paging_table(space.pml4, start + i * PAGE_SIZE, PTE_USER, NULL);

		/* A flush of a page that is still writable is of no use, so it does not count. */
		if (address == start + i * PAGE_SIZE && !(table[PT_INDEX(address)] & PTE_WRITE))
			flushed[i]++;
	}
}

static void pages_are_filled_and_flushed(void **state)
{
	static uint8_t data[3 * PAGE_SIZE];
	const struct load_segment segments[] = {
		{ start, 3, 0, 0x10, data, 2 * PAGE_SIZE },
		{ start + 3 * PAGE_SIZE, 2, PTE_WRITE | PTE_NX, 0, data, PAGE_SIZE + 1 },
		{ start + 5 * PAGE_SIZE, 3, PTE_NX, 0, data, 3 * PAGE_SIZE },
	};
	(void)state;

	for (size_t i = 0; i < sizeof data; i++)
		data[i] = (uint8_t)(i * 31 + 1);
	assert_int_equal(address_space_create(&space), 0);
	assert_int_equal(loader_load(&space, segments, 3), 0);
	cpu_flushes = note_flush;
	cpu_calls = (struct cpu_calls){ 0 };
	loader_fill_own(&space, segments, 3);
	cpu_flushes = NULL;
	assert_int_equal(cpu_calls.user_accesses, 1);
	assert_false(cpu_calls.user_access);
	for (const struct load_segment *s = segments; s < segments + 3; s++) {
		const uint8_t *view = (const uint8_t *)s->start;

		for (size_t i = 0; i < s->pages * PAGE_SIZE; i++)
			assert_int_equal(view[i], i < s->data_offset || i >= s->data_offset + s->data_size
			                                  ? 0
			                                  : data[i - s->data_offset]);
		for (size_t i = 0; i < s->pages; i++) {
			const pte_t entry = paging_table(space.pml4, s->start, PTE_USER,
			                                 NULL)[PT_INDEX(s->start + i * PAGE_SIZE)];

			assert_int_equal(entry & (PTE_WRITE | PTE_NX), s->flags);
			assert_true((flushed[(s->start - start) / PAGE_SIZE + i] > 0) ==
			            !(s->flags & PTE_WRITE));
		}
	}
	address_space_destroy(&space);
}

static int set_up(void **state)
{
	/*
	 * All pages must be in one page table: the test looks for all entries of a segment in the
	 * table of its first page.
	 */
	char *room = mmap(NULL, 4UL << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	start = ((uintptr_t)room + (2UL << 20) - 1) & ~((2UL << 20) - 1);
	memory_setup(state);
	memset((void *)start, GARBAGE, PAGES * PAGE_SIZE);
	kernel_pml4 = frame_alloc_zeroed();
	return room == MAP_FAILED;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(pages_are_filled_and_flushed, set_up),
	};

	return cmocka_run_group_tests_name("fill_own", tests, NULL, NULL);
}
