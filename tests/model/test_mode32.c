/* SPDX-License-Identifier: MIT */
/*
 * Tests the model in 32-bit mode: page tables of two levels and, with PAE, three, against a naive
 * walker; pages of 4 MiB; and instructions that mean something else in 64-bit code.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "bench/bochs/model/decode.h"
#include "bench/bochs/model/translation.h"
#include "tests/model/loads.h"
#include "tests/model/random.h"

enum { OPERATIONS = 100000, FRAMES = 16, PAGE = 4096 };

#define PRESENT 1ULL
#define LARGE   (1ULL << 7)
#define GLOBAL  (1ULL << 8)
#define PG      (1ULL << 31)
#define PSE     (1ULL << 4)
#define PAE     (1ULL << 5)
#define PGE     (1ULL << 7)

static uint8_t memory[FRAMES][PAGE]; /* guest memory, from physical address 0 */

static const uint8_t *frame_of(uint64_t physical)
{
	return physical / PAGE < FRAMES ? memory[physical / PAGE] : NULL;
}

static const struct profile profile = { .size = { [SIZE_ITLB_4K] = 8,
	                                          [SIZE_ITLB_4K_WAYS] = 2,
	                                          [SIZE_ITLB_2M] = 2,
	                                          [SIZE_ITLB_2M_WAYS] = 2,
	                                          [SIZE_DTLB_4K] = 8,
	                                          [SIZE_DTLB_4K_WAYS] = 4,
	                                          [SIZE_DTLB_2M] = 4,
	                                          [SIZE_DTLB_2M_WAYS] = 2,
	                                          [SIZE_STLB] = 24,
	                                          [SIZE_STLB_WAYS] = 4,
	                                          [SIZE_WALK_PML4E] = 2,
	                                          [SIZE_WALK_PDPTE] = 2,
	                                          [SIZE_WALK_PDE] = 4 } };

static void set(unsigned frame, unsigned index, unsigned bytes, uint64_t entry)
{
	memcpy(memory[frame] + (size_t)index * bytes, &entry, bytes);
}

static uint64_t get(uint64_t address, unsigned bytes)
{
	uint64_t entry = 0;

	if (address / PAGE < FRAMES)
		memcpy(&entry, memory[address / PAGE] + address % PAGE, bytes);
	return entry;
}

static uint64_t random_flags(void)
{
	return (random_below(10) ? PRESENT : 0) | (random_below(3) ? 0 : GLOBAL);
}

/* Makes random page tables. With PAE there are two top tables in frames 1 and 2 (the four pointers),
 * and four directories in frames 3 to 6. Without PAE there are only two directories, in frames 1 and
 * 2, and they are the top tables. The page tables are always in frames 7 to 10. */
static void make_tables(bool pae)
{
	const unsigned bytes = pae ? 8 : 4;

	memset(memory, 0, sizeof memory);
	for (unsigned root = 1; root <= 2 && pae; root++)
		for (unsigned i = 0; i < 4; i++)
			set(root, i + 4, 8, (3 + random_below(4)) << 12 | (i == 2 ? 0 : PRESENT));
	for (unsigned directory = pae ? 3 : 1; directory <= (pae ? 6 : 2); directory++)
		for (unsigned i = 0; i < 6; i++)
			set(directory, i, bytes,
			    random_below(3) ? (7 + random_below(4)) << 12 | random_flags()
			                    : (1 + random_below(50)) << 22 | LARGE | random_flags());
	for (unsigned table = 7; table <= 10; table++)
		for (unsigned i = 0; i < 8; i++)
			set(table, i, bytes, (100 + random_below(9999)) << 12 | random_flags());
}

static uint64_t random_address(bool pae)
{
	uint64_t within = random_below(8) << 12 | random_below(4096);

	return pae ? random_below(4) << 30 | random_below(6) << 21 | within : random_below(6) << 22 | within;
}

/* Walks the tables: returns the addresses of the entries that a walk reads, and the translation. */
static void naive(uint64_t cr3, uint64_t cr4, uint64_t linear, struct walk *walk, uint64_t *physical)
{
	uint64_t directory = cr3 & 0xFFFFF000, entry;

	*walk = (struct walk){ 0 };
	if (cr4 & PAE) {
		directory = get((cr3 & 0xFFFFFFE0) + (linear >> 30) * 8, 8);
		if (!(directory & PRESENT))
			return;
		directory &= ~4095ULL;
		walk->address[walk->loads++] = directory + (linear >> 21 & 511) * 8;
		entry = get(walk->address[0], 8);
		if (entry & PRESENT && entry & LARGE) {
			walk->present = true;
			*physical = (entry & 0xFFFFFFFE00000) | (linear & 0x1FFFFF);
			return;
		}
	} else {
		walk->address[walk->loads++] = directory + (linear >> 22) * 4;
		entry = get(walk->address[0], 4);
		if (entry & PRESENT && entry & LARGE && cr4 & PSE) {
			walk->present = true;
			*physical = (entry & 0xFFC00000) | (linear & 0x3FFFFF);
			return;
		}
	}
	if (!(entry & PRESENT))
		return;
	walk->address[walk->loads++] =
	        (entry & 0xFFFFF000) + (cr4 & PAE ? (linear >> 12 & 511) * 8 : (linear >> 12 & 1023) * 4);
	entry = get(walk->address[1], cr4 & PAE ? 8 : 4);
	walk->present = entry & PRESENT;
	*physical = (entry & 0xFFFFF000) | (linear & 0xFFF);
}

static void compare(uint64_t cr4)
{
	const bool pae = cr4 & PAE;
	struct translation translation;
	uint64_t cr3 = 0x1020;

	make_tables(pae);
	assert_true(translation_make(&translation, &profile, frame_of));
	translation_set_mode32(&translation, true);
	translation_write_cr4(&translation, cr4);
	translation_write_cr3(&translation, cr3, false);
	translation_write_cr0(&translation, PG);
	for (unsigned i = 0; i < OPERATIONS; i++) {
		uint64_t linear = random_address(pae), physical, expected = linear;
		enum translation_outcome outcome;
		struct walk walk, wanted;
		bool flushed = random_below(4) == 0;

		if (flushed) {
			cr3 = (1 + random_below(2)) << 12 | 0x20;
			translation_write_cr4(&translation, cr4 ^ PGE);
			translation_write_cr4(&translation, cr4);
			translation_write_cr3(&translation, cr3, false);
		}
		outcome = translation_look_up(&translation, linear, random_below(2) ? SIDE_CODE : SIDE_DATA,
		                              &walk, &physical);
		naive(cr3, cr4, linear, &wanted, &expected);
		assert_int_equal(physical, wanted.present ? expected : linear);
		assert_int_equal(translation_peek(&translation, linear, &physical), wanted.present);
		assert_int_equal(physical, wanted.present ? expected : linear);
		assert_true(!flushed || outcome == TRANSLATION_WALK);
		if (outcome != TRANSLATION_WALK)
			continue;
		assert_int_equal(walk.present, wanted.present);
		if (flushed)
			assert_int_equal(walk.loads, wanted.loads);
		assert_true(walk.loads <= wanted.loads);
		assert_memory_equal(walk.address, wanted.address + wanted.loads - walk.loads,
		                    walk.loads * sizeof walk.address[0]);
	}
	translation_free(&translation);
}

static void random_streams(void **state)
{
	(void)state;
	for (unsigned round = 0; round < 3; round++) {
		compare(0);
		compare(PSE);
		compare(PAE);
	}
	compare(PSE | PGE);
	compare(PAE | PGE);
}

/* A page of 4 MiB is held in two pieces. INVLPG must flush both. */
static void four_mib(void **state)
{
	struct translation translation;
	(void)state;

	memset(memory, 0, sizeof memory);
	set(1, 1, 4, 0x00C00000 | PRESENT | LARGE);
	set(1, 2, 4, 0x00C00000 | 0x85ULL << 13 | PRESENT | LARGE); /* above 4 GiB (PSE-36) */
	set(1, 3, 4, 0x2000 | PRESENT);
	set(2, 0, 4, 0x7000 | PRESENT);
	set(2, 1, 4, 0x8000 | PRESENT);
	assert_true(translation_make(&translation, &profile, frame_of));
	translation_set_mode32(&translation, true);
	translation_write_cr4(&translation, PSE);
	translation_write_cr3(&translation, 0x1000, false);
	translation_write_cr0(&translation, PG);
	assert_int_equal(loads(&translation, 0x400123, 0xC00123), 1);
	assert_int_equal(loads(&translation, 0x400456, 0xC00456), 0);
	assert_int_equal(loads(&translation, 0x600123, 0xE00123), 1);
	assert_int_equal(loads(&translation, 0x800123, 0x8500C00123), 1);
	set(1, 1, 4, 0x01000000 | PRESENT | LARGE);
	translation_invlpg(&translation, 0x7FFFFF);
	assert_int_equal(loads(&translation, 0x400123, 0x1000123), 1);
	assert_int_equal(loads(&translation, 0x600123, 0x1200123), 1);
	assert_int_equal(loads(&translation, 0x800123, 0x8500C00123), 0);
	assert_int_equal(loads(&translation, 0xC00123, 0x7123), 2);
	assert_int_equal(loads(&translation, 0xC01123, 0x8123), 1); /* the PD entry is cached */
	translation_free(&translation);
}

/* With PAE, the four top entries are read when CR3 is written, not by each walk. */
static void top_entries(void **state)
{
	struct translation translation;
	(void)state;

	memset(memory, 0, sizeof memory);
	set(1, 3, 8, 0x3000 | PRESENT);
	set(3, 0, 8, 0x400000 | PRESENT | LARGE);
	set(4, 0, 8, 0x800000 | PRESENT | LARGE);
	assert_true(translation_make(&translation, &profile, frame_of));
	translation_set_mode32(&translation, true);
	translation_write_cr4(&translation, PAE);
	translation_write_cr3(&translation, 0x1000, false);
	translation_write_cr0(&translation, PG);
	assert_int_equal(loads(&translation, 0xC0000123, 0x400123), 1);
	set(1, 3, 8, 0x4000 | PRESENT);
	translation_invlpg(&translation, 0xC0000000);
	assert_int_equal(loads(&translation, 0xC0000123, 0x400123), 1);
	translation_write_cr3(&translation, 0x1000, false);
	assert_int_equal(loads(&translation, 0xC0000123, 0x800123), 1);
	assert_int_equal(loads(&translation, 0x123, 0x123), 0); /* its top entry is not present */
	translation_free(&translation);
}

static void instructions(void **state)
{
	static const struct {
		uint8_t bytes[DECODE_BYTES];
		enum instruction_class class;
		uint32_t sources, writes;
	} cases[] = {
		{ { 0x41 }, CLASS_PLAIN, 1 << 1, 1 << 1 | OPERAND_FLAGS },       /* INC ECX */
		{ { 0x4F }, CLASS_PLAIN, 1 << 7, 1 << 7 | OPERAND_FLAGS },       /* DEC EDI */
		{ { 0x40, 0xCF }, CLASS_PLAIN, 1 << 0, 1 << 0 | OPERAND_FLAGS }, /* INC EAX; IRET */
		{ { 0xCF }, CLASS_IRET, 0, 0 },
		{ { 0x61 }, CLASS_PLAIN, 0, 0xEF },              /* POPA */
		{ { 0x0F, 0x22, 0xD8 }, CLASS_CR3_WRITE, 0, 0 }, /* MOV CR3, EAX */
		{ { 0x9A }, CLASS_UNPRICED, 0, 0 },              /* far CALL */
		{ { 0x89, 0xC8 }, CLASS_PLAIN, 1 << 1, 1 << 0 }, /* MOV EAX, ECX */
	};
	(void)state;

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct decoded decoded = decode(cases[i].bytes, true);

		if (decoded.class != cases[i].class || decoded.operands.writes != cases[i].writes ||
		    (cases[i].sources && decoded.operands.sources != cases[i].sources))
			fail_msg("case %zu", i);
	}
	assert_int_equal(decode(cases[2].bytes, false).class, CLASS_IRET); /* REX IRET */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_streams),
		cmocka_unit_test(four_mib),
		cmocka_unit_test(top_entries),
		cmocka_unit_test(instructions),
	};

	return cmocka_run_group_tests_name("model in 32-bit mode", tests, NULL, NULL);
}
