/* SPDX-License-Identifier: MIT */
/* Tests how guest memory is read through page tables of two, three and four levels. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "bench/bochs/measure/paging.h"

enum { FRAMES = 32, PAGE = 4096, PRESENT = 1, LARGE = 0x80 };

static uint8_t memory[FRAMES][PAGE];

static const uint8_t *frame_of(uint64_t physical)
{
	return physical / PAGE < FRAMES ? memory[physical / PAGE] : NULL;
}

static void set4(unsigned table, unsigned index, uint32_t entry)
{
	memcpy(memory[table] + 4 * index, &entry, sizeof entry);
}

static void set8(unsigned table, unsigned index, uint64_t entry)
{
	memcpy(memory[table] + 8 * index, &entry, sizeof entry);
}

static int clear(void **state)
{
	(void)state;
	memset(memory, 0, sizeof memory);
	return 0;
}

static void none(void **state)
{
	const struct paging paging = { .cr3 = 0x1000 };
	(void)state;

	assert_int_equal(paging_translate(&paging, frame_of, 0x12345), 0x12345);
}

static void two_levels(void **state)
{
	const struct paging paging = { .cr0 = CR0_PG, .cr3 = 0x1018, .cr4 = CR4_PSE };
	(void)state;

	set4(1, 0x300, 0x2000 | PRESENT);
	set4(2, 5, 0x3000 | PRESENT);
	set4(1, 0x301, 0x00400000 | PRESENT | LARGE);
	set4(1, 0x302, 0x00400000 | 0x83U << 13 | PRESENT | LARGE);
	assert_int_equal(paging_translate(&paging, frame_of, 0xC0005678), 0x3678);
	assert_int_equal(paging_translate(&paging, frame_of, 0xC0412345), 0x412345);
	assert_true(paging_translate(&paging, frame_of, 0xC0812345) == 0x8300412345);
	assert_true(paging_translate(&paging, frame_of, 0xC0006000) == UINT64_MAX);
	assert_true(paging_translate(&paging, frame_of, 0x1000) == UINT64_MAX);
}

/* Without CR4.PSE, bit 7 of an entry of the upper table means nothing. */
static void two_levels_without_large_pages(void **state)
{
	const struct paging paging = { .cr0 = CR0_PG, .cr3 = 0x1000 };
	(void)state;

	set4(1, 0x300, 0x2000 | PRESENT | LARGE);
	set4(2, 5, 0x3000 | PRESENT);
	assert_int_equal(paging_translate(&paging, frame_of, 0xC0005678), 0x3678);
	assert_true(paging_translate(&paging, frame_of, 0xC0006000) == UINT64_MAX);
}

static void three_levels(void **state)
{
	/* The four top entries are anywhere in a frame, at a multiple of 32 bytes. */
	const struct paging paging = { .cr0 = CR0_PG, .cr3 = 0x1020, .cr4 = CR4_PAE };
	(void)state;

	set8(1, 4 + 3, 0x2000 | PRESENT);
	set8(2, 1, 0x3000 | PRESENT);
	set8(3, 2, 0x4000 | PRESENT | 1ULL << 63);
	set8(2, 2, 0x600000 | PRESENT | LARGE);
	assert_int_equal(paging_translate(&paging, frame_of, 0xC0202ABC), 0x4ABC);
	assert_int_equal(paging_translate(&paging, frame_of, 0xC0423456), 0x623456);
	assert_true(paging_translate(&paging, frame_of, 0x80202ABC) == UINT64_MAX);
}

static void four_levels(void **state)
{
	const struct paging paging = { .cr0 = CR0_PG, .cr3 = 0x1000, .cr4 = CR4_PAE, .efer = EFER_LME };
	(void)state;

	set8(1, 511, 0x2000 | PRESENT);
	set8(2, 510, 0x3000 | PRESENT);
	set8(3, 0, 0x200000 | PRESENT | LARGE);
	set8(3, 1, 0x4000 | PRESENT);
	set8(4, 0, 0x5000 | PRESENT);
	set8(4, 1, 0x7000 | PRESENT);
	set8(2, 1, 0x40000000 | PRESENT | LARGE);
	assert_int_equal(paging_translate(&paging, frame_of, 0xFFFFFFFF80012345), 0x212345);
	assert_int_equal(paging_translate(&paging, frame_of, 0xFFFFFFFF80200010), 0x5010);
	assert_int_equal(paging_translate(&paging, frame_of, 0xFFFFFF8040123456), 0x40123456);
	assert_true(paging_translate(&paging, frame_of, 0x80200010) == UINT64_MAX);
}

static void across_pages(void **state)
{
	const struct paging paging = { .cr0 = CR0_PG, .cr3 = 0x1000, .cr4 = CR4_PAE, .efer = EFER_LME };
	char text[9] = "";
	(void)state;

	four_levels(state);
	memcpy(memory[5] + PAGE - 4, "over", 4);
	memcpy(memory[7], "page", 4);
	assert_true(paging_read(&paging, frame_of, 0xFFFFFFFF80200FFC, text, 8));
	assert_string_equal(text, "overpage");
	assert_false(paging_read(&paging, frame_of, 0xFFFFFFFF80201FFC, text, 8)); /* not present */
	assert_false(paging_read(&paging, frame_of, 0xFFFFFFFF80012345, text, 8)); /* no memory */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(none, clear),
		cmocka_unit_test_setup(two_levels, clear),
		cmocka_unit_test_setup(three_levels, clear),
		cmocka_unit_test_setup(four_levels, clear),
		cmocka_unit_test_setup(across_pages, clear),
		cmocka_unit_test_setup(two_levels_without_large_pages, clear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
