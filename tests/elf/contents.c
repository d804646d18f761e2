/* SPDX-License-Identifier: MIT */
/*
 * Files with segments of odd sizes. A segment has a large .bss, or nothing but .bss, or data that
 * extends past the end of the file.
 */
#include "tests/elf/odd.h"

/* Makes a file with a segment that has only .bss: `size` bytes, with p_offset `offset`. */
static void only_bss(struct image *i, uint64_t offset, uintptr_t address, uint64_t size)
{
	begin(i, ET_EXEC, TEXT);
	add(i, R | W, offset, address, 0, size);
	check(i, address, 0);
	check(i, address + size - 1, 0);
	change(i, address);
	change(i, address + size / 2);
	change(i, address + size - 1);
}

static void bss_only_offset_0(struct image *i)
{
	only_bss(i, 0, TEXT + 4 * PAGE, 3 * PAGE);
}

static void bss_only_past_end(struct image *i)
{
	only_bss(i, 9 * PAGE, TEXT + 4 * PAGE, 3 * PAGE);
}

static void bss_only_huge_offset(struct image *i)
{
	only_bss(i, UINT64_MAX - 7, TEXT + 4 * PAGE, 3 * PAGE);
}

static void bss_only_not_congruent(struct image *i)
{
	only_bss(i, PAGE + 0x123, TEXT + 4 * PAGE + 0x456, 3 * PAGE);
}

static void bss_1g(struct image *i)
{
	only_bss(i, 0, TEXT + 0x100000, 1UL << 30);
}

static void bss_1g_with_data(struct image *i)
{
	plain(i);
	i->segments[1].p_memsz = 1UL << 30;
	check(i, DATA + (1UL << 30) - 1, 0);
	change(i, DATA + (1UL << 29));
}

/* The program checks that its break is not below the end of the .bss, and moves the break up. */
static void bss_17m_break(struct image *i)
{
	const uint64_t size = 17UL << 20;

	only_bss(i, 0, TEXT + 0x100000, size);
	PUT(i, 0x31, 0xff, 0xb8); /* the code computes RBX = brk(0) */
	put_number(i, 12);
	PUT(i, 0x0f, 0x05, 0x48, 0x89, 0xc3);
	put_address(i, TEXT + 0x100000 + size);
	PUT(i, 0x48, 0x39, 0xc3, 0x73, 12); /* skips the exit if RBX >= end of the .bss */
	put_exit(i, 90);
	PUT(i, 0x48, 0x8d, 0xbb); /* calls brk(RBX + 16 KiB) */
	put_number(i, 0x4000);
	PUT(i, 0xb8);
	put_number(i, 12);
	PUT(i, 0x0f, 0x05, 0xc6, 0x83); /* writes to the last byte below the new break */
	put_number(i, 0x3fff);
	PUT(i, 1);
}

static void bss_of_constants(struct image *i)
{
	plain(i);
	i->code = CODE;
	i->segments[1].p_flags = R;
	check(i, DATA, pattern(PAGE + 0x300));
	check(i, DATA + 0x3fff, 0);
}

static void bss_of_constants_written(struct image *i)
{
	bss_of_constants(i);
	change(i, DATA + 0x3fff);
}

/*
 * Makes a file of 3 * PAGE - 0x100 bytes with a segment of `size` bytes at `offset`, which may lie
 * past the end of the file. The segment takes `memory` bytes in memory.
 */
static void past_end(struct image *i, uint32_t flags, uint64_t offset, uint64_t size, uint64_t memory)
{
	begin(i, ET_EXEC, TEXT);
	i->size = 3 * PAGE - 0x100;
	memset(i->bytes + i->size, 0, sizeof i->bytes - i->size);
	add(i, flags, offset, TEXT + 0x100000 + offset, size, memory);
}
#define OF_FILE(offset) (TEXT + 0x100000 + (offset))

static void past_end_in_page(struct image *i)
{
	past_end(i, R | W, 2 * PAGE, PAGE, PAGE);
	check(i, OF_FILE(2 * PAGE), pattern(2 * PAGE));
	check(i, OF_FILE(3 * PAGE - 0x101), pattern(3 * PAGE - 0x101));
	check(i, OF_FILE(3 * PAGE - 0x100), 0);
	change(i, OF_FILE(3 * PAGE - 1));
}

static void past_end_pages(struct image *i)
{
	past_end(i, R | W, 2 * PAGE, 3 * PAGE, 3 * PAGE);
	check(i, OF_FILE(2 * PAGE), pattern(2 * PAGE));
	change(i, OF_FILE(3 * PAGE - 1));
}

static void past_end_read(struct image *i)
{
	past_end_pages(i);
	check(i, OF_FILE(3 * PAGE), 0);
}

static void past_end_written(struct image *i)
{
	past_end_pages(i);
	change(i, OF_FILE(4 * PAGE));
}

static void past_end_whole(struct image *i)
{
	past_end(i, R | W, 4 * PAGE + 0x10, 0x100, 0x100);
}

static void past_end_whole_read(struct image *i)
{
	past_end_whole(i);
	check(i, OF_FILE(4 * PAGE + 0x10), 0);
}

/* The whole segment lies past the last byte of the file, but in the page of that byte. */
static void past_end_whole_in_page(struct image *i)
{
	past_end(i, R | W, 3 * PAGE - 0x80, 0x40, 0x40);
	check(i, OF_FILE(3 * PAGE - 0x80), 0);
	change(i, OF_FILE(3 * PAGE - 0x80));
}

static void past_end_far(struct image *i)
{
	past_end(i, R, 1UL << 40, PAGE, PAGE);
	i->segments[1].p_vaddr = TEXT + 0x100000;
}

static void past_end_negative(struct image *i)
{
	past_end_far(i);
	i->segments[1].p_offset = 1UL << 63;
}

static void past_end_text(struct image *i)
{
	begin(i, ET_EXEC, TEXT);
	i->segments[0].p_filesz = i->segments[0].p_memsz = 9 * PAGE;
	check(i, TEXT + PAGE, pattern(PAGE));
}

/*
 * The next four files have .bss after data that extends past the end of the file. In the first, the
 * .bss starts on a page boundary; in the others it starts inside a page. In the third, the .bss
 * is read-only.
 */
static void past_end_then_bss(struct image *i)
{
	past_end(i, R | W, 2 * PAGE, 2 * PAGE, 4 * PAGE);
	check(i, OF_FILE(2 * PAGE), pattern(2 * PAGE));
	check(i, OF_FILE(4 * PAGE), 0);
	change(i, OF_FILE(6 * PAGE - 1));
}

static void past_end_bss_in_page(struct image *i)
{
	past_end(i, R | W, 2 * PAGE, 2 * PAGE - 8, 4 * PAGE);
}

static void past_end_bss_of_constants(struct image *i)
{
	past_end(i, R, 2 * PAGE, 2 * PAGE - 8, 4 * PAGE);
	check(i, OF_FILE(2 * PAGE), pattern(2 * PAGE));
	check(i, OF_FILE(6 * PAGE - 1), 0);
}

static void past_end_bss_in_last_page(struct image *i)
{
	past_end(i, R | W, 2 * PAGE, PAGE - 8, 2 * PAGE);
	check(i, OF_FILE(3 * PAGE - 8), 0);
	change(i, OF_FILE(4 * PAGE - 1));
}

const struct file odd_contents[] = {
	SAME(bss_only_offset_0, 42),
	SAME(bss_only_past_end, 42),
	SAME(bss_only_huge_offset, 42),
	SAME(bss_only_not_congruent, 42),
	SAME(bss_1g, 42),
	SAME(bss_1g_with_data, 42),
	SAME(bss_17m_break, 42),
	SAME(bss_of_constants, 42),
	OTHER(bss_of_constants_written, 42, SIGSEGV, RIGHTS),
	SAME(past_end_in_page, 42),
	SAME(past_end_pages, 42),
	SAME(past_end_read, SIGBUS),
	SAME(past_end_written, SIGBUS),
	SAME(past_end_whole, 42),
	SAME(past_end_whole_read, SIGBUS),
	SAME(past_end_whole_in_page, 42),
	SAME(past_end_far, 42),
	OTHER(past_end_negative, SIGSEGV, ENOEXEC, EARLIER),
	SAME(past_end_text, 42),
	SAME(past_end_then_bss, 42),
	OTHER(past_end_bss_in_page, SIGSEGV, ENOEXEC, EARLIER),
	SAME(past_end_bss_of_constants, 42),
	SAME(past_end_bss_in_last_page, 42),
	{ 0 },
};
