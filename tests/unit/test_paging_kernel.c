/* SPDX-License-Identifier: MIT */
/* Tests the page tables of the kernel half (mem/paging.c). */
#include "tests/unit/tables.h"

#include <errno.h>
#include <string.h>

#include "cpu/features.h"
#include "isolation/isolation.h"
#include "tests/unit/image.h"
#include "x86/instructions.h"

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
	/* The page table exists, so no frame is needed. */
	assert_int_equal(paging_map_kernel(LAPIC_BASE + PAGE_SIZE, 0, PTE_NX), 0);
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

	/* A large page cannot replace a page table, and a large page cannot be split. */
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

/* Requires `address` to be mapped to `physical` with exactly these rights. */
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
	const uint64_t text = IMAGE_TEXT - image_offset, data = IMAGE_DATA - image_offset;
	uint64_t mapped = 0, expected = 0, biggest = 0;

	v.count = 0;
	paging_visit(kernel_pml4, 0, 511, note, &v);
	for (size_t i = 0; i < v.count; i++) {
		const struct visit *leaf = &v.visits[i];
		const uint64_t physical = leaf->address - DIRECT_MAP_BASE;

		assert_true(leaf->address >= DIRECT_MAP_BASE);
		assert_int_equal(leaf->flags & PTE_USER, 0);
		assert_int_equal(leaf->leaf & PTE_GLOBAL, global);
		/* No page is both writable and executable. */
		assert_true(!(leaf->flags & PTE_WRITE) || (leaf->flags & PTE_NX));
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

	for (uint64_t at = text - 4 * PAGE_SIZE; at < data + 4 * MIB; at += PAGE_SIZE)
		check_mapping(DIRECT_MAP_BASE + at, at,
		              PTE_NX | global | (at >= text && at < data ? 0 : PTE_WRITE));
	for (uintptr_t at = IMAGE_TEXT; at < IMAGE_TEXT_END; at += PAGE_SIZE)
		check_mapping(at, at - image_offset, global);
	for (uintptr_t at = IMAGE_RODATA; at < IMAGE_RODATA_END; at += PAGE_SIZE)
		check_mapping(at, at - image_offset, global | PTE_NX);
	for (uintptr_t at = IMAGE_DATA; at < IMAGE_DATA_END; at += PAGE_SIZE)
		check_mapping(at, at - image_offset, global | PTE_NX | PTE_WRITE);
	assert_int_equal(paging_translate(kernel_pml4, IMAGE_TEXT - 1, NULL), PAGING_INVALID);
	assert_int_equal(paging_translate(kernel_pml4, IMAGE_DATA_END, NULL), PAGING_INVALID);
}

/* Values of image_offset: the address at which the image is linked, less its physical address. The
 * image is at KERNEL_LMA, 77 pages above it, and 1 GiB + 300 MiB above it. */
static const uint64_t offsets[] = { KERNEL_VMA, KERNEL_VMA - 77 * PAGE_SIZE, KERNEL_VMA - GIB - 300 * MIB };

static void kernel_half(void **state)
{
	(void)state;
	for (unsigned boot = 0; boot < 4 * sizeof offsets / sizeof *offsets; boot++) {
		unsigned loads = cpu_calls.write_cr3;

		memory_setup(NULL);
		cpu_features.pge = boot & 1;
		cpu_features.page_1g = boot & 2;
		image_offset = offsets[boot / 4];
		paging_init(ram, RAM_COUNT, isolation_kernel_flags());
		assert_int_equal(cpu_calls.write_cr3, loads + 1);
		assert_int_equal(cpu_calls.cr3, kernel_pml4);
		check_kernel_half(boot & 1 ? PTE_GLOBAL : 0, boot & 2 ? PDPT_SPAN : PD_SPAN);
	}
	image_offset = KERNEL_VMA;
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
		cmocka_unit_test(map_kernel_page),
		cmocka_unit_test(map_large_kernel_page),
		cmocka_unit_test(kernel_half),
		cmocka_unit_test(kernel_half_without_memory),
	};

	return cmocka_run_group_tests_name("paging_kernel", tests, NULL, NULL);
}
