/* SPDX-License-Identifier: MIT */
/* Making, walking and visiting page tables, and the kernel half (mem/paging.c). */
#include "tests/unit/support.h"

#include <errno.h>
#include <string.h>

#include "cpu/features.h"
#include "isolation/isolation.h"
#include "mem/paging.h"
#include "tests/unit/image.h"
#include "x86/instructions.h"

#define UPPER_FLAGS (PTE_PRESENT | PTE_WRITE)

static uint64_t new_pml4(void)
{
	uint64_t pml4 = frame_alloc_zeroed();

	assert_int_not_equal(pml4, FRAME_NONE);
	return pml4;
}

/* Returns the entry for `address` in the table of `level` (4: PML4 … 1: page table). */
static pte_t *entry_at(uint64_t pml4, uintptr_t address, unsigned level)
{
	pte_t *table = phys_to_virt(pml4);

	for (unsigned l = 4; l > level; l--)
		table = phys_to_virt(pte_frame(table[(address >> (12 + 9 * (l - 1))) & 511]));
	return &table[(address >> (12 + 9 * (level - 1))) & 511];
}

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

	/* The neighbouring PD, PDPT and PML4 entries need one, two and three more tables. */
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

/* 0, 1 or 2 frames are not enough for three tables. The tables made are kept for the next call. */
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
 * A leaf of each size at GIB. All bits of PTE_FRAME are set, including PAT (bit 12 of a large
 * page).
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

/* The other bits of a non-present entry are ignored. */
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

struct visit {
	uintptr_t address;
	size_t size;
	pte_t leaf;
	uint64_t flags;
};

struct visits {
	struct visit visits[16384];
	size_t count;
};

static void note(uintptr_t address, size_t size, pte_t leaf, uint64_t flags, void *argument)
{
	struct visits *v = argument;

	assert_true(v->count < sizeof v->visits / sizeof *v->visits);
	v->visits[v->count++] = (struct visit){ address, size, leaf, flags };
}

/*
 * A page is writable, or the user's, if every level allows it, and NX if any level says so: all
 * 2^12 combinations.
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
	*entry_at(pml4, 0x3000, 1) = ~PTE_PRESENT; /* not to be visited */
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

/* Some pages close together, some far apart, in both halves. */
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

static void map_kernel_page(void **state)
{
	(void)state;
	memory_start(100);
	kernel_pml4 = new_pml4();
	assert_int_equal(paging_map_kernel(LAPIC_BASE, 0xfee00000, PTE_NX | PTE_WRITE | PTE_UNCACHED), 0);
	assert_int_equal(*entry_at(kernel_pml4, LAPIC_BASE, 1),
	                 0xfee00000 | PTE_NX | PTE_WRITE | PTE_UNCACHED | PTE_PRESENT);
	for (unsigned level = 2; level <= 4; level++)
		assert_int_equal(*entry_at(kernel_pml4, LAPIC_BASE, level) & PTE_USER, 0);
	frames_set_reserve(frames_free());
	assert_int_equal(paging_map_kernel(LAPIC_BASE + PAGE_SIZE, 0, PTE_NX), 0); /* needs no table */
	assert_int_equal(paging_map_kernel(KERNEL_BASE, 0, PTE_NX), -ENOMEM);
}

static void map_large_kernel_page(void **state)
{
	pte_t entry;

	(void)state;
	memory_start(100);
	kernel_pml4 = new_pml4();
	assert_int_equal(paging_map_kernel_large(MICRO_LARGE_BASE, 4 * MIB, PD_SPAN, PTE_NX | PTE_WRITE), 0);
	assert_int_equal(*entry_at(kernel_pml4, MICRO_LARGE_BASE, 2),
	                 4 * MIB | PTE_NX | PTE_WRITE | PTE_PRESENT | PTE_LARGE);
	assert_int_equal(paging_translate(kernel_pml4, MICRO_LARGE_BASE + MIB + 5, &entry), 5 * MIB + 5);
	assert_int_equal(paging_map_kernel_large(MICRO_LARGE_BASE, 6 * MIB, PD_SPAN, PTE_NX), 0);
	assert_int_equal(paging_translate(kernel_pml4, MICRO_LARGE_BASE, NULL), 6 * MIB);
	paging_unmap_kernel_large(MICRO_LARGE_BASE, PD_SPAN);
	assert_int_equal(paging_translate(kernel_pml4, MICRO_LARGE_BASE, NULL), PAGING_INVALID);

	/* A large page replaces no table, and nothing is mapped below a large page. */
	assert_int_equal(paging_map_kernel(BENCH_AREA_BASE, 0x5000, PTE_NX), 0);
	assert_int_equal(paging_map_kernel_large(BENCH_AREA_BASE, 0, PD_SPAN, PTE_NX), -EEXIST);
	assert_int_equal(paging_translate(kernel_pml4, BENCH_AREA_BASE, NULL), 0x5000);
	assert_int_equal(paging_map_kernel_large(MICRO_SMALL_BASE, GIB, PDPT_SPAN, PTE_NX), 0);
	assert_int_equal(paging_translate(kernel_pml4, MICRO_SMALL_BASE + MIB, NULL), GIB + MIB);
	assert_int_equal(paging_map_kernel_large(MICRO_SMALL_BASE, 0, PD_SPAN, PTE_NX), -ENOMEM);
	frames_set_reserve(frames_free());
	assert_int_equal(paging_map_kernel_large(WINDOW_BASE, 0, PD_SPAN, PTE_NX), -ENOMEM);
}

static const struct memory_range ram[] = {
	{ 0x1000, 0x9f000 },
	{ MIB, 100 * MIB },
	{ 100 * MIB + 3 * PAGE_SIZE, 3 * GIB + 4 * MIB + PAGE_SIZE },
	{ 4 * GIB, 6 * GIB },
};

#define RAM_COUNT (sizeof ram / sizeof *ram)

static bool in_ram(uint64_t physical)
{
	for (size_t i = 0; i < RAM_COUNT; i++)
		if (physical >= ram[i].start && physical < ram[i].end)
			return true;
	return false;
}

/* Expects `address` to map `physical` with exactly these rights. */
static void check_mapping(uintptr_t address, uint64_t physical, uint64_t flags)
{
	pte_t leaf;

	if (paging_translate(kernel_pml4, address, &leaf) != physical)
		fail_msg("%#lx does not map %#lx", address, physical);
	if ((leaf & (PTE_WRITE | PTE_USER | PTE_NX | PTE_GLOBAL)) != flags)
		fail_msg("%#lx has the rights %#lx", address, leaf);
}

static void check_kernel_half(uint64_t global, uint64_t largest)
{
	static struct visits v;
	const uint64_t text = IMAGE_TEXT - KERNEL_VMA, data = IMAGE_DATA - KERNEL_VMA;
	uint64_t mapped = 0, expected = 0, biggest = 0;

	v.count = 0;
	paging_visit(kernel_pml4, 0, 511, note, &v);
	for (size_t i = 0; i < v.count; i++) {
		const struct visit *leaf = &v.visits[i];
		const uint64_t physical = leaf->address - DIRECT_MAP_BASE;

		assert_true(leaf->address >= DIRECT_MAP_BASE);
		assert_int_equal(leaf->flags & PTE_USER, 0);
		assert_int_equal(leaf->leaf & PTE_GLOBAL, global);
		assert_true(!(leaf->flags & PTE_WRITE) || (leaf->flags & PTE_NX)); /* W^X */
		if (leaf->address >= KERNEL_VMA)
			continue;
		assert_true(in_ram(physical) && in_ram(physical + leaf->size - 1));
		assert_true(leaf->flags & PTE_NX);
		mapped += leaf->size;
		biggest = leaf->size > biggest ? leaf->size : biggest;
	}
	for (size_t i = 0; i < RAM_COUNT; i++)
		expected += ram[i].end - ram[i].start;
	assert_int_equal(mapped, expected);
	assert_int_equal(biggest, largest);

	for (uint64_t at = MIB; at < 8 * MIB; at += PAGE_SIZE)
		check_mapping(DIRECT_MAP_BASE + at, at,
		              PTE_NX | global | (at >= text && at < data ? 0 : PTE_WRITE));
	for (uintptr_t at = IMAGE_TEXT; at < IMAGE_TEXT_END; at += PAGE_SIZE)
		check_mapping(at, at - KERNEL_VMA, global);
	for (uintptr_t at = IMAGE_RODATA; at < IMAGE_RODATA_END; at += PAGE_SIZE)
		check_mapping(at, at - KERNEL_VMA, global | PTE_NX);
	for (uintptr_t at = IMAGE_DATA; at < IMAGE_DATA_END; at += PAGE_SIZE)
		check_mapping(at, at - KERNEL_VMA, global | PTE_NX | PTE_WRITE);
	assert_int_equal(paging_translate(kernel_pml4, IMAGE_TEXT - 1, NULL), PAGING_INVALID);
	assert_int_equal(paging_translate(kernel_pml4, IMAGE_DATA_END, NULL), PAGING_INVALID);
}

static void kernel_half(void **state)
{
	(void)state;
	for (unsigned features = 0; features < 4; features++) {
		unsigned loads = cpu_calls.write_cr3;

		memory_setup(NULL);
		cpu_features.pge = features & 1;
		cpu_features.page_1g = features & 2;
		paging_init(ram, RAM_COUNT, isolation_kernel_flags());
		assert_int_equal(cpu_calls.write_cr3, loads + 1);
		assert_int_equal(cpu_calls.cr3, kernel_pml4);
		check_kernel_half(features & 1 ? PTE_GLOBAL : 0, features & 2 ? PDPT_SPAN : PD_SPAN);
	}
}

static void kernel_half_without_memory(void **state)
{
	size_t needed;
	(void)state;

	memory_setup(NULL);
	needed = frames_free();
	paging_init(ram, RAM_COUNT, isolation_kernel_flags());
	needed -= frames_free();
	for (size_t available = 0; available < needed; available++) {
		memory_start(available);
		assert_panics(paging_init(ram, RAM_COUNT, 0), "not enough memory*");
	}
	memory_start(needed);
	paging_init(ram, RAM_COUNT, isolation_kernel_flags());
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
		cmocka_unit_test(map_kernel_page),
		cmocka_unit_test(map_large_kernel_page),
		cmocka_unit_test(kernel_half),
		cmocka_unit_test(kernel_half_without_memory),
	};

	return cmocka_run_group_tests_name("paging", tests, NULL, NULL);
}
