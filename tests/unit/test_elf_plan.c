/* SPDX-License-Identifier: MIT */
/*
 * Tests the plans that the ELF checker (loader/elf.c, elf_odd.c) makes for unusual, cut-off and
 * randomly damaged files.
 */
#include "tests/unit/elf_file.h"

#include <errno.h>

#include "loader/fill.h"

static bool is_apart(const struct load_segment *a, const struct load_segment *b)
{
	return a->start + a->pages * PAGE_SIZE <= b->start || b->start + b->pages * PAGE_SIZE <= a->start;
}

static void check_pages(const struct load_segment *s)
{
	assert_int_equal(s->start % PAGE_SIZE, 0);
	assert_in_range(s->start, USER_BASE, IMAGE_TOP - PAGE_SIZE);
	assert_in_range(s->pages, 1, (IMAGE_TOP - s->start) / PAGE_SIZE);
	assert_true(!(s->flags & PTE_WRITE) || (s->flags & PTE_NX));
}

static void check_data(const struct load_segment *s, const uint8_t *file, size_t size)
{
	assert_in_range(s->data_offset, 0, PAGE_SIZE - 1);
	assert_true(s->data >= file && s->data <= file + size);
	assert_in_range(s->data_size, 0, (size_t)(file + size - s->data));
}

/* Returns the loaded segment that contains the page. Fails the test if there is none. */
static const struct load_segment *loaded_at(const struct elf_plan *plan, uintptr_t page)
{
	for (const struct load_segment *s = plan->segments; s < plan->segments + plan->count; s++)
		if (page - s->start < s->pages * PAGE_SIZE)
			return s;
	fail_msg("nothing is loaded at %lx", page);
	return NULL;
}

static void check_rest(const struct elf_plan *plan, size_t i, const uint8_t *file, size_t size)
{
	const struct load_segment *s = elf_rest(plan, i);

	if (!s->pages && s->data) {
		loaded_at(plan, s->start);
		check_data(s, file, size);
		assert_in_range(s->data_size, 1, PAGE_SIZE - s->data_offset);
	} else if (!s->pages) {
		assert_int_equal(loaded_at(plan, s->start)->start, s->start);
		assert_true(loaded_at(plan, s->start)->flags & REGION_NONE);
	} else {
		check_pages(s);
		assert_int_equal(s->flags & ~(PTE_WRITE | PTE_NX | REGION_NONE | REGION_BACKED), 0);
		if (s->flags & REGION_BACKED)
			assert_true(s->data_offset >= (size + PAGE_MASK) / PAGE_SIZE);
		for (const struct load_segment *other = plan->segments; other < plan->segments + plan->count;
		     other++)
			assert_true(is_apart(s, other));
		for (size_t j = 0; j < i; j++)
			assert_true(!elf_rest(plan, j)->pages || is_apart(s, elf_rest(plan, j)));
	}
}

/* Checks the properties of an accepted plan that the rest of the kernel relies on. */
static void check_plan(const struct elf_plan *plan, const uint8_t *file, size_t size)
{
	bool entry_found = false;

	assert_in_range(plan->count, 1, plan->room - plan->rest);
	for (const struct load_segment *s = plan->segments; s < plan->segments + plan->count; s++) {
		check_pages(s);
		check_data(s, file, size);
		assert_int_equal(s->flags & ~(PTE_WRITE | PTE_NX | REGION_NONE), 0);
		assert_in_range(s->data_size, 0, s->pages * PAGE_SIZE - s->data_offset);
		for (const struct load_segment *other = plan->segments; other < s; other++)
			assert_true(is_apart(s, other));
		entry_found |= !(s->flags & PTE_NX) && plan->entry - s->start < s->pages * PAGE_SIZE;
	}
	for (size_t i = 0; i < plan->rest; i++)
		check_rest(plan, i, file, size);
	assert_true(entry_found);
}

/*
 * Checks that the file is refused if it is cut off before its entry point, and that nothing past
 * the end of the file is read.
 */
static void every_truncation(void **state)
{
	struct elf_plan plan;
	(void)state;

	for (size_t size = 0; size <= sizeof good; size++) {
		const int result = check(&good, size, &plan);

		assert_int_equal(result, size <= 0x210 ? -ENOEXEC : 0);
		if (!result)
			check_plan(&plan, guard_before(size), size);
	}
}

static struct file with_data(uint64_t offset, uint64_t address, uint64_t size, uint64_t memory)
{
	struct file file = good;

	file.segments[DATA].p_offset = offset;
	file.segments[DATA].p_vaddr = address;
	file.segments[DATA].p_filesz = size;
	file.segments[DATA].p_memsz = memory;
	return file;
}

/*
 * Requires elf_rest(plan, i) to be this range of pages, which get frames on first use. If `flags`
 * has REGION_BACKED, `page` is the number of the first page in the file.
 */
static void expect_rest(const struct elf_plan *plan, size_t i, uintptr_t start, size_t pages, uint64_t flags,
                        size_t page)
{
	assert_in_range(i + 1, 1, plan->rest);
	assert_int_equal(elf_rest(plan, i)->start, start);
	assert_int_equal(elf_rest(plan, i)->pages, pages);
	assert_int_equal(elf_rest(plan, i)->flags, flags);
	if (flags & REGION_BACKED)
		assert_int_equal(elf_rest(plan, i)->data_offset, page);
}

static void pages_past_the_end(void **state)
{
	const uint64_t data = PTE_WRITE | PTE_NX;
	struct elf_plan plan;
	/* Only the first page of the segment is in the file. */
	struct file file = with_data(0x300, 0x402300, 0x2d00, 0x2d00);
	(void)state;

	assert_int_equal(check(&file, sizeof file, &plan), 0);
	assert_int_equal(plan.count, 3);
	assert_int_equal(plan.segments[2].pages, 1);
	assert_int_equal(plan.segments[2].data_size, 0x80);
	assert_int_equal(plan.rest, 1);
	expect_rest(&plan, 0, 0x403000, 2, data | REGION_BACKED, 1);

	/* No page of the segment is in the file; .bss follows. */
	file = with_data(0x5000, 0x402000, 0x1000, 0x3000);
	assert_int_equal(check(&file, sizeof file, &plan), 0);
	assert_int_equal(plan.count, 2);
	assert_int_equal(plan.rest, 2);
	expect_rest(&plan, 0, 0x402000, 1, data | REGION_BACKED, 5);
	expect_rest(&plan, 1, 0x403000, 2, data, 0);

	/* The segment is past the end of the file, but in the page where the file ends. */
	file = with_data(0x3c0, 0x4023c0, 0x40, 0x40);
	assert_int_equal(check(&file, sizeof file, &plan), 0);
	assert_int_equal(plan.rest, 0);
	assert_int_equal(plan.segments[2].data_size, 0);
	file = with_data(UINT64_MAX - 0xfff, 0x402000, 0x1000, 0x1000);
	assert_int_equal(check(&file, sizeof file, &plan), -ENOEXEC);
}

static void much_bss(void **state)
{
	struct elf_plan plan;
	struct file file = with_data(0x300, 0x402300, 0x80, 0x80 + ELF_ZEROS_LOADED);
	(void)state;

	assert_int_equal(check(&file, sizeof file, &plan), 0);
	assert_int_equal(plan.rest, 0);
	file.segments[DATA].p_memsz = ELF_ZEROS_LOADED + 2 * PAGE_SIZE;
	assert_int_equal(check(&file, sizeof file, &plan), 0);
	assert_int_equal(plan.segments[2].pages, 1);
	expect_rest(&plan, 0, 0x403000, ELF_ZEROS_LOADED / PAGE_SIZE + 2, PTE_WRITE | PTE_NX, 0);
	assert_true(elf_ends_below(&plan, 0x405000 + ELF_ZEROS_LOADED));
	assert_false(elf_ends_below(&plan, 0x405000 + ELF_ZEROS_LOADED - 1));

	/* A segment without bytes in the file is all zeros, even if it begins inside a page. */
	file = with_data(0xa0, 0x4020a0, 0, ELF_ZEROS_LOADED);
	assert_int_equal(check(&file, sizeof file, &plan), 0);
	expect_rest(&plan, 0, 0x402000, ELF_ZEROS_LOADED / PAGE_SIZE + 1, PTE_WRITE | PTE_NX, 0);

	/* A segment without bytes in the file may have any offset. */
	file = with_data(UINT64_MAX - 6, 0x402300, 0, 1UL << 40);
	assert_int_equal(check(&file, sizeof file, &plan), 0);
	assert_int_equal(plan.count, 2);
	expect_rest(&plan, 0, 0x402000, (1UL << 40) / PAGE_SIZE + 1, PTE_WRITE | PTE_NX, 0);
	file.segments[DATA].p_memsz = 0x2000;
	assert_int_equal(check(&file, sizeof file, &plan), 0);
	assert_int_equal(plan.rest, 0);
	assert_int_equal(plan.segments[2].data_size, 0);
	assert_int_equal(plan.segments[2].pages, 3);
}

/* Checks that a segment with no rights is loaded but hidden: mprotect() may grant rights later. */
static void no_rights(void **state)
{
	struct elf_plan plan;
	struct file file = with_data(0x300, 0x402300, 0x80, 0x3000);
	(void)state;

	file.segments[DATA].p_flags = 0;
	assert_int_equal(check(&file, sizeof file, &plan), 0);
	assert_int_equal(plan.count, 3);
	assert_int_equal(plan.segments[2].pages, 1);
	assert_int_equal(plan.segments[2].flags, PTE_NX | REGION_NONE);
	assert_int_equal(plan.segments[2].data_size, 0x80);
	assert_int_equal(plan.rest, 2);
	expect_rest(&plan, 0, 0x402000, 0, 0, 0);
	assert_null(elf_rest(&plan, 0)->data);
	expect_rest(&plan, 1, 0x403000, 3, PTE_NX | REGION_NONE, 0);
}

/* Checks where a PIE is loaded if it has a large alignment or is linked at a high address. */
static void places_of_a_pie(void **state)
{
	static const struct {
		uint64_t address, alignment;
		uintptr_t start; /* 0: refused */
	} cases[] = {
		{ 0, 0x1000, USER_PIE_BASE },
		{ 0, USER_PIE_BASE, USER_PIE_BASE },
		{ 0, 2 * USER_PIE_BASE, 2 * USER_PIE_BASE },
		{ 0, 3 * USER_PIE_BASE, USER_PIE_BASE }, /* not a power of two: ignored */
		{ 0, 1UL << 46, 1UL << 46 },
		{ 0, 1UL << 47, 0 },
		{ 0, 1UL << 63, 0 },
		{ 0x1000, 1UL << 30, (1UL << 30) + 0x1000 },
		{ 1UL << 30, 1UL << 30, 2UL << 30 },
		{ 0x7ffff0000000, 0x1000, USER_PIE_BASE },
		{ 0x7ffff0001000, 0x200000, USER_PIE_BASE + 0x1000 },
		{ 0x7ffff0000000, 1UL << 46, (1UL << 46) + 0x3ffff0000000 },
		{ 0x7fffffffd000, 1UL << 46, 0 }, /* would overlap the stack */
		{ USER_TOP, 0x1000, 0 },
		{ KERNEL_BASE, 0x1000, 0 },
	};
	(void)state;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct file file = good;
		struct elf_plan plan;
		int result;

		file.header.e_type = ET_DYN;
		file.header.e_phnum = 1;
		file.header.e_entry = cases[i].address + 0x210;
		file.segments[0] = (Elf64_Phdr){ PT_LOAD, PF_R | PF_X, 0,     cases[i].address,
			                         0,       0x300,       0x300, cases[i].alignment };
		result = check(&file, sizeof file, &plan);
		if (result != (cases[i].start ? 0 : -ENOEXEC))
			fail_msg("address %lx, alignment %lx: %d", cases[i].address, cases[i].alignment,
			         result);
		if (!result) {
			assert_int_equal(plan.segments[0].start, cases[i].start);
			assert_int_equal(plan.entry, cases[i].start + 0x210);
			assert_int_equal(plan.headers, cases[i].start + 0x40);
		}
	}
}

/*
 * Returns a random number that is likely to be at or near a limit of the address space or the file.
 */
static uint64_t edge_number(void)
{
	static const uint64_t edges[] = {
		0,         1,         0x40,      0x200,           0x380,           PAGE_SIZE,
		USER_BASE, 0x400000,  0x401200,  IMAGE_TOP,       USER_STACK_BASE, USER_TOP,
		1UL << 31, 1UL << 32, 1UL << 47, DIRECT_MAP_BASE, 1UL << 63,       UINT64_MAX - PAGE_MASK,
	};
	uint64_t number = edges[random_below(sizeof edges / sizeof *edges)];

	switch (random_below(4)) {
	case 0:
		return number;
	case 1:
		return number + random_below(17) - 8;
	case 2:
		return number + (random_below(9) - 4) * PAGE_SIZE;
	default:
		return random_next() >> random_below(64);
	}
}

static void damage(struct file *file)
{
	static const size_t sizes[] = { 2, 4, 8 };
	const size_t headers = offsetof(struct file, rest);
	size_t size = sizes[random_below(3)], at = random_below(headers / size) * size;
	uint64_t number;

	switch (random_below(6)) {
	case 0: /* changes a bit */
		((uint8_t *)file)[random_below(headers)] ^= (uint8_t)(1U << random_below(8));
		break;
	case 1: /* changes a byte */
		((uint8_t *)file)[random_below(headers)] = (uint8_t)random_next();
		break;
	case 2: /* replaces a segment by another */
		file->segments[random_below(SEGMENTS)] = file->segments[random_below(SEGMENTS)];
		break;
	case 3: /* changes one of the six 8-byte fields of a segment */
		at = sizeof(Elf64_Ehdr) + random_below(SEGMENTS) * sizeof(Elf64_Phdr) + 8 +
		     random_below(6) * 8;
		size = 8;
		/* fall through */
	default:
		number = edge_number();
		memcpy((uint8_t *)file + at, &number, size);
	}
}

static void random_damage(void **state)
{
	size_t accepted = 0, rounds = 200000;
	(void)state;

	random_start(6);
	for (size_t round = 0; round < rounds; round++) {
		struct file file = good;
		struct elf_plan plan;
		size_t size = random_below(8) ? sizeof file : random_below(sizeof file + 1);
		int result;

		for (unsigned i = 0; i <= random_below(4); i++)
			damage(&file);
		result = check(&file, size, &plan);
		if (!result)
			check_plan(&plan, guard_before(size), size);
		else
			assert_true(result == -ENOEXEC || result == -E2BIG);
		accepted += !result;
	}
	/* The damage must be neither too strong nor too weak. */
	assert_in_range(accepted, rounds / 50, rounds / 2);
}

/* A file with up to SHARED_MAX segments in the SHARED_PAGES pages from SHARED_BASE. */
#define SHARED_PAGES 16
#define SHARED_BASE  0x400000UL
#define SHARED_MAX   8

static struct {
	Elf64_Ehdr header;
	Elf64_Phdr segments[SHARED_MAX];
	uint8_t rest[PAGE_SIZE - sizeof(Elf64_Ehdr) - SHARED_MAX * sizeof(Elf64_Phdr)];
	uint8_t bytes[(SHARED_PAGES + 1) * PAGE_SIZE];
} shared;

struct expected {
	bool covered[SHARED_PAGES * PAGE_SIZE]; /* whether the byte is in a segment */
	uint8_t bytes[SHARED_PAGES * PAGE_SIZE];
	unsigned rights[SHARED_PAGES]; /* union of the PF_* of all segments in the page */
	bool refused;
};

static unsigned make_segments(struct expected *e)
{
	static const unsigned rights[] = { PF_R, PF_R | PF_X, PF_R | PF_W };
	size_t at = 0;
	unsigned n = 0;

	memset(e, 0, sizeof *e);
	for (; n < SHARED_MAX; n++) {
		Elf64_Phdr *p = &shared.segments[n];
		size_t gap = random_below(3) ? random_below(300) : random_below(2 * PAGE_SIZE);
		size_t size = 1 + (random_below(3) ? random_below(600) : random_below(3 * PAGE_SIZE)), bss;

		at += gap;
		if (at + size > SHARED_PAGES * PAGE_SIZE)
			break;
		bss = random_below(4) ? 0 : random_below(size + 1);
		*p = (Elf64_Phdr){ PT_LOAD,
			           n == 0 ? PF_R | PF_X : rights[random_below(3)],
			           PAGE_SIZE + at + (random_below(4) ? 0 : PAGE_SIZE * random_below(2)),
			           SHARED_BASE + at,
			           0,
			           size - bss,
			           size,
			           0 };
		memset(e->covered + at, true, size);
		memcpy(e->bytes + at, (const uint8_t *)&shared + p->p_offset, size - bss);
		for (size_t page = at / PAGE_SIZE; page <= (at + size - 1) / PAGE_SIZE; page++)
			e->rights[page] |= p->p_flags;
		at += size;
	}
	for (size_t page = 0; page < SHARED_PAGES; page++)
		e->refused |= (e->rights[page] & (PF_W | PF_X)) == (PF_W | PF_X);
	for (unsigned i = n; i-- > 1;) { /* shuffles the segments */
		unsigned j = (unsigned)random_below(i + 1);
		Elf64_Phdr p = shared.segments[i];

		shared.segments[i] = shared.segments[j];
		shared.segments[j] = p;
	}
	return n;
}

static void check_loaded(const struct elf_plan *plan, const struct expected *e)
{
	static uint8_t view[SHARED_PAGES * PAGE_SIZE];
	bool there[SHARED_PAGES] = { false };

	for (const struct load_segment *s = plan->segments; s < plan->segments + plan->count; s++) {
		size_t at = s->start - SHARED_BASE;

		fill_view((char *)view + at, s, 0, s->pages * PAGE_SIZE);
		for (size_t page = at / PAGE_SIZE; page < at / PAGE_SIZE + s->pages; page++) {
			there[page] = true;
			assert_int_equal(!(s->flags & PTE_WRITE), !(e->rights[page] & PF_W));
			assert_int_equal(!!(s->flags & PTE_NX), !(e->rights[page] & PF_X));
		}
	}
	for (size_t i = 0; i < plan->rest; i++) {
		const struct load_segment *s = elf_rest(plan, i);

		memcpy(view + (s->start - SHARED_BASE) + s->data_offset, s->data, s->data_size);
	}
	for (size_t page = 0; page < SHARED_PAGES; page++)
		assert_int_equal(there[page], e->rights[page] != 0);
	for (size_t i = 0; i < sizeof view; i++)
		if (e->covered[i] && view[i] != e->bytes[i])
			fail_msg("byte %zx is %x and should be %x", i, view[i], e->bytes[i]);
}

/*
 * Checks files with segments at random distances. Most segments are at the same distances in the
 * file as in memory. A file must be refused if a page would be writable and executable. Otherwise
 * each byte must be loaded correctly, and each page must have the rights of all segments in it.
 */
static void segments_that_share_pages(void **state)
{
	static struct expected expected;
	unsigned accepted = 0, refused = 0;
	struct file file = good;
	struct elf_plan other;
	(void)state;

	/* Two segments may share a page, but not overlap, even by one byte. */
	file.segments[CONSTANTS] = (Elf64_Phdr){ PT_LOAD, PF_R, 0, 0x401000, 0x401000, 0x200, 0x200, 1 };
	assert_int_equal(elf_check(&file, sizeof file, &other), 0);
	file.segments[CONSTANTS].p_filesz = file.segments[CONSTANTS].p_memsz = 0x201;
	assert_int_equal(elf_check(&file, sizeof file, &other), -ENOEXEC);

	random_start(17);
	for (size_t i = 0; i < sizeof shared.bytes; i++)
		shared.bytes[i] = (uint8_t)(1 + random_below(255));
	for (unsigned round = 0; round < 20000; round++) {
		struct load_segment more[LOAD_SEGMENTS_MAX];
		struct elf_plan plan;
		unsigned n = make_segments(&expected);
		int result;

		shared.header = good.header;
		shared.header.e_phnum = (uint16_t)n;
		for (unsigned i = 0; i < n; i++)
			if ((shared.segments[i].p_flags & PF_X) && shared.segments[i].p_filesz)
				shared.header.e_entry = shared.segments[i].p_vaddr;
		if (!n)
			continue;
		result = elf_check(&shared, sizeof shared, &plan);
		if (result == -E2BIG)
			result = elf_check_large(&shared, sizeof shared, &plan, more);
		if (result == 0) {
			assert_false(expected.refused);
			check_plan(&plan, (const uint8_t *)&shared, sizeof shared);
			check_loaded(&plan, &expected);
			assert_int_equal(elf_check_large(&shared, sizeof shared, &plan, more), 0);
			check_loaded(&plan, &expected);
			accepted++;
		} else {
			assert_int_equal(result, -ENOEXEC);
			/*
			 * If no page of the file is both W and X, there must be another reason to
			 * refuse it: no executable segment has bytes, so there is no entry point.
			 */
			refused++;
			if (!expected.refused)
				for (unsigned i = 0; i < n; i++)
					assert_false((shared.segments[i].p_flags & PF_X) &&
					             shared.segments[i].p_filesz);
		}
	}
	assert_in_range(accepted, 1000, 19000);
	assert_in_range(refused, 1000, 19000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_truncation),
		cmocka_unit_test(pages_past_the_end),
		cmocka_unit_test(much_bss),
		cmocka_unit_test(no_rights),
		cmocka_unit_test(places_of_a_pie),
		cmocka_unit_test(random_damage),
		cmocka_unit_test(segments_that_share_pages),
	};

	return cmocka_run_group_tests_name("elf_plan", tests, NULL, NULL);
}
