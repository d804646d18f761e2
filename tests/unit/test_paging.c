/* SPDX-License-Identifier: MIT */
/* Tests how page tables are made, walked and visited (mem/paging.c). */
#include "tests/unit/tables.h"

#include <errno.h>
#include <string.h>

#include "mem/paging.h"

#define UPPER_FLAGS (PTE_PRESENT | PTE_WRITE)

static size_t list_length(uint32_t *list)
{
	size_t n = 0;

	while (frame_list_pop(list) != FRAME_NONE)
		n++;
	return n;
}

static void makes_what_is_missing(void **state)
{
	const uintptr_t address = 0x7123456789abUL;
	uint32_t tables = FRAME_LIST_END;
	uint64_t pml4;
	pte_t *table;
	size_t before;
	(void)state;

	memory_setup(NULL);
	pml4 = new_pml4();
	before = frames_free();
	assert_null(paging_table(pml4, address, PTE_USER, NULL));
	assert_int_equal(frames_free(), before);

	table = paging_table(pml4, address, PTE_USER, &tables);
	assert_non_null(table);
	assert_int_equal(frames_free(), before - 3);
	assert_ptr_equal(table, entry_at(pml4, address & ~(PD_SPAN - 1), 1));
	for (unsigned i = 0; i < 512; i++)
		assert_int_equal(table[i], 0);
	assert_ptr_equal(paging_table(pml4, address, PTE_USER, NULL), table);
	assert_ptr_equal(paging_table(pml4, address ^ 0x1ff000, PTE_USER, &tables), table);
	assert_int_equal(frames_free(), before - 3);

	/*
	 * An address under the next PD entry needs one more table. Under the next PDPT entry it
	 * needs two more, under the next PML4 entry three more.
	 */
	assert_ptr_not_equal(paging_table(pml4, address ^ PD_SPAN, PTE_USER, &tables), table);
	assert_int_equal(frames_free(), before - 4);
	assert_non_null(paging_table(pml4, address ^ PDPT_SPAN, PTE_USER, &tables));
	assert_int_equal(frames_free(), before - 6);
	assert_non_null(paging_table(pml4, address ^ PML4_SPAN, PTE_USER, &tables));
	assert_int_equal(frames_free(), before - 9);
	assert_int_equal(list_length(&tables), 9);
}

static void flags_of_upper_entries(void **state)
{
	static const uint64_t flags[] = { 0, PTE_USER };
	static const uintptr_t addresses[] = { 0x400000, KERNEL_BASE };
	uint32_t tables = FRAME_LIST_END;
	(void)state;

	memory_setup(NULL);
	for (unsigned i = 0; i < 2; i++) {
		uint64_t pml4 = new_pml4();

		assert_non_null(paging_table(pml4, addresses[i], flags[i], &tables));
		for (unsigned level = 4; level > 1; level--) {
			pte_t entry = *entry_at(pml4, addresses[i], level);

			assert_int_equal(entry & ~PTE_FRAME, UPPER_FLAGS | flags[i]);
		}
		assert_int_equal(*entry_at(pml4, addresses[i], 1), 0);
	}
}

/*
 * Checks that paging_table(), which needs three tables here, fails if 0, 1 or 2 frames are free,
 * and that the next call uses the tables that the failed call made.
 */
static void no_memory(void **state)
{
	(void)state;
	for (size_t available = 0; available < 3; available++) {
		uint32_t tables = FRAME_LIST_END, more = FRAME_LIST_END;
		uint64_t pml4;

		memory_start(100);
		pml4 = new_pml4();
		frames_set_reserve(frames_free() - available);
		assert_null(paging_table(pml4, 0x400000, PTE_USER, &tables));
		assert_int_equal(frames_free(), 99 - available);
		frames_set_reserve(0);
		assert_non_null(paging_table(pml4, 0x400000, PTE_USER, &more));
		assert_int_equal(list_length(&tables), available);
		assert_int_equal(list_length(&more), 3 - available);
	}
}

static void large_page_in_the_way(void **state)
{
	(void)state;
	for (unsigned level = 2; level <= 3; level++) {
		uint32_t tables = FRAME_LIST_END;
		uint64_t pml4;
		size_t before;

		memory_setup(NULL);
		pml4 = new_pml4();
		assert_non_null(paging_table(pml4, 0x400000, PTE_USER, &tables));
		*entry_at(pml4, 0x400000, level) = PTE_LARGE | PTE_PRESENT;
		before = frames_free();
		assert_null(paging_table(pml4, 0x400000, PTE_USER, &tables));
		assert_int_equal(frames_free(), before);
	}
}

/*
 * Translates through a leaf of each size at the address GIB. All bits of PTE_FRAME are set in the
 * leaf, including bit 12, which is the PAT bit in the leaf of a large page.
 */
static void translates_each_size(void **state)
{
	static const uintptr_t bases[] = { GIB, DIRECT_MAP_BASE + GIB };
	uint32_t tables = FRAME_LIST_END;
	(void)state;

	memory_setup(NULL);
	for (unsigned level = 1; level <= 3; level++) {
		const uint64_t span = 1UL << (12 + 9 * (level - 1));
		const pte_t leaf = PTE_FRAME | PTE_NX | PTE_DIRTY | PTE_PRESENT | (level > 1 ? PTE_LARGE : 0);

		for (unsigned i = 0; i < 2; i++) {
			const uintptr_t base = bases[i], offsets[] = { 0, 1, 0x123, span / 2 + 7, span - 1 };
			uint64_t pml4 = new_pml4();

			assert_non_null(paging_table(pml4, base, PTE_USER, &tables));
			*entry_at(pml4, base, level) = leaf;
			for (unsigned j = 0; j < sizeof offsets / sizeof *offsets; j++) {
				pte_t entry = 0;

				assert_int_equal(paging_translate(pml4, base + offsets[j], &entry),
				                 (PTE_FRAME & ~(span - 1)) + offsets[j]);
				assert_int_equal(entry, leaf);
			}
			assert_int_not_equal(paging_translate(pml4, base + span - 1, NULL), PAGING_INVALID);
			assert_int_equal(paging_translate(pml4, base - 1, NULL), PAGING_INVALID);
			assert_int_equal(paging_translate(pml4, base + span, NULL), PAGING_INVALID);
		}
	}
}

/* Checks that, if an entry is not present, all its other bits are ignored. */
static void not_present_at_each_level(void **state)
{
	uint32_t tables = FRAME_LIST_END;
	(void)state;

	memory_setup(NULL);
	for (unsigned level = 1; level <= 4; level++) {
		uint64_t pml4 = new_pml4();
		pte_t entry = 42;

		paging_table(pml4, GIB, PTE_USER, &tables)[0] = PTE_PRESENT;
		assert_int_equal(paging_translate(pml4, GIB, NULL), 0);
		*entry_at(pml4, GIB, level) = ~PTE_PRESENT;
		assert_int_equal(paging_translate(pml4, GIB, &entry), PAGING_INVALID);
		assert_int_equal(entry, 42);
	}
}

/*
 * Tries all 2^12 combinations of rights in the four levels. A page is writable, or accessible to
 * user mode, if all levels allow it, and NX if any level has NX.
 */
static void rights_of_all_levels(void **state)
{
	static struct visits v;
	uint32_t tables = FRAME_LIST_END;
	uint64_t pml4;
	(void)state;

	memory_setup(NULL);
	pml4 = new_pml4();
	paging_table(pml4, GIB, 0, &tables)[0] = PTE_PRESENT;
	for (unsigned bits = 0; bits < 1 << 12; bits++) {
		uint64_t writable = PTE_WRITE, user = PTE_USER, nx = 0;

		for (unsigned level = 1; level <= 4; level++) {
			unsigned b = bits >> (3 * (level - 1));
			pte_t rights =
			        (b & 1 ? PTE_WRITE : 0) | (b & 2 ? PTE_USER : 0) | (b & 4 ? PTE_NX : 0);
			pte_t *entry = entry_at(pml4, GIB, level);

			*entry = pte_frame(*entry) | PTE_PRESENT | PTE_ACCESSED | rights;
			writable &= rights;
			user &= rights;
			nx |= rights & PTE_NX;
		}
		v.count = 0;
		paging_visit(pml4, 0, 511, note, &v);
		assert_int_equal(v.count, 1);
		assert_int_equal(v.visits[0].flags, writable | user | nx);
	}
}

static void visits_each_size_and_half(void **state)
{
	static const struct visit want[] = {
		{ 0, PAGE_SIZE, 0x5000 | PTE_PRESENT, 0 },
		{ 0x1ff000, PAGE_SIZE, 0x6000 | PTE_PRESENT | PTE_NX, PTE_NX },
		{ 5 * PDPT_SPAN, PDPT_SPAN, PTE_LARGE | PTE_PRESENT, 0 },
		{ 255 * PML4_SPAN + 511 * PDPT_SPAN + 511 * PD_SPAN, PD_SPAN, PTE_LARGE | PTE_PRESENT, 0 },
		{ DIRECT_MAP_BASE, PDPT_SPAN, PTE_LARGE | PTE_PRESENT | PTE_WRITE, PTE_WRITE },
		{ UINT64_MAX - PAGE_MASK, PAGE_SIZE, 0x7000 | PTE_PRESENT, 0 },
	};
	static struct visits v;
	uint32_t tables = FRAME_LIST_END;
	uint64_t pml4;
	(void)state;

	memory_setup(NULL);
	pml4 = new_pml4();
	for (unsigned i = 0; i < 6; i++) {
		unsigned level = want[i].size == PAGE_SIZE ? 1 : want[i].size == PD_SPAN ? 2 : 3;

		assert_non_null(paging_table(pml4, want[i].address, 0, &tables));
		*entry_at(pml4, want[i].address, level) = want[i].leaf;
	}
	*entry_at(pml4, 0x3000, 1) = ~PTE_PRESENT; /* must not be visited */
	v.count = 0;
	paging_visit(pml4, 0, 511, note, &v);
	assert_int_equal(v.count, 6);
	for (unsigned i = 0; i < 6; i++) {
		assert_int_equal(v.visits[i].address, want[i].address);
		assert_int_equal(v.visits[i].size, want[i].size);
		assert_int_equal(v.visits[i].leaf, want[i].leaf);
		assert_int_equal(v.visits[i].flags, want[i].flags);
	}
	v.count = 0;
	paging_visit(pml4, KERNEL_PML4_FIRST, 511, note, &v);
	assert_int_equal(v.count, 2);
	v.count = 0;
	paging_visit(pml4, 1, 254, note, &v);
	assert_int_equal(v.count, 0);
}

/* Returns a random page in the lower or upper half. Some of these pages are close together. */
static uintptr_t random_page(void)
{
	uintptr_t address = (random_below(4) << 39 | random_below(4) << 30 | random_below(4) << 21 |
	                     random_below(64) << 12);

	return random_below(2) ? address : address | DIRECT_MAP_BASE;
}

static void random_mappings(void **state)
{
	static struct visit map[2000];
	static struct visits v;
	uint32_t tables = FRAME_LIST_END;
	size_t count = 0, present = 0;
	uint64_t pml4;
	(void)state;

	random_start(3);
	memory_setup(NULL);
	pml4 = new_pml4();
	for (unsigned step = 0; step < 20000; step++) {
		uintptr_t page = random_page();
		pte_t leaf = (random_next() & (PTE_FRAME | PTE_NX | PTE_WRITE)) |
		             (random_below(3) ? PTE_PRESENT : 0);
		size_t i = 0;

		while (i < count && map[i].address != page)
			i++;
		if (i == sizeof map / sizeof *map)
			continue;
		count += i == count;
		map[i] = (struct visit){ page, PAGE_SIZE, leaf, leaf & (PTE_NX | PTE_WRITE) };
		paging_table(pml4, page, 0, &tables)[PT_INDEX(page)] = leaf;
	}
	for (size_t i = 0; i < count; i++) {
		uint64_t offset = random_below(PAGE_SIZE);
		uint64_t got = paging_translate(pml4, map[i].address + offset, NULL);

		if (map[i].leaf & PTE_PRESENT)
			assert_int_equal(got, pte_frame(map[i].leaf) + offset);
		else
			assert_int_equal(got, PAGING_INVALID);
		present += map[i].leaf & PTE_PRESENT;
	}
	v.count = 0;
	paging_visit(pml4, 0, 511, note, &v);
	assert_int_equal(v.count, present);
	for (size_t i = 0; i < v.count; i++) {
		size_t j = 0;

		if (i)
			assert_true(v.visits[i - 1].address < v.visits[i].address);
		while (j < count && map[j].address != v.visits[i].address)
			j++;
		assert_true(j < count);
		assert_memory_equal(&v.visits[i], &map[j], sizeof map[j]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(makes_what_is_missing),
		cmocka_unit_test(flags_of_upper_entries),
		cmocka_unit_test(no_memory),
		cmocka_unit_test(large_page_in_the_way),
		cmocka_unit_test(translates_each_size),
		cmocka_unit_test(not_present_at_each_level),
		cmocka_unit_test(rights_of_all_levels),
		cmocka_unit_test(visits_each_size_and_half),
		cmocka_unit_test(random_mappings),
	};

	return cmocka_run_group_tests_name("paging", tests, NULL, NULL);
}
