/* SPDX-License-Identifier: MIT */
/* Files with segments that share pages, many segments, odd rights, and odd entry points. */
#include "tests/elf/odd.h"

/*
 * Makes a file with two segments in one page, which is also one page of the file. The first has
 * `first` bytes of data and `bss` bytes of .bss; the second, at offset 0x800, has `second` bytes of
 * data and `more` bytes of .bss.
 */
static void share_page(struct image *i, uint64_t first, uint64_t bss, uint64_t second, uint64_t more)
{
	begin(i, ET_EXEC, TEXT);
	add(i, R | W, PAGE, TEXT + 4 * PAGE, first, first + bss);
	add(i, R | W, PAGE + 0x800, TEXT + 4 * PAGE + 0x800, second, second + more);
	check(i, TEXT + 4 * PAGE, first ? pattern(PAGE) : 0);
	check(i, TEXT + 4 * PAGE + 0x800, second ? pattern(PAGE + 0x800) : 0);
	change(i, TEXT + 4 * PAGE);
	change(i, TEXT + 4 * PAGE + 0x800 + second + more - 1);
}

static void share_page_data(struct image *i)
{
	share_page(i, 0x300, 0, 0x300, 0);
}

/* The file has zeros at the place of the first segment's .bss. */
static void share_page_bss(struct image *i)
{
	share_page(i, 0x300, 0x300, 0x300, 0x300);
	memset(i->bytes + PAGE + 0x300, 0, 0x300);
	check(i, TEXT + 4 * PAGE + 0x300, 0);
	check(i, TEXT + 4 * PAGE + 0x5ff, 0);
	check(i, TEXT + 4 * PAGE + 0xb00, 0);
	check(i, TEXT + 4 * PAGE + 0xdfe, 0);
}

/*
 * The file has other bytes than zeros at the place of the first segment's .bss. Linux maps these
 * bytes, this kernel maps zeros.
 */
static void share_page_bss_dirty(struct image *i)
{
	share_page(i, 0x300, 0x300, 0x300, 0x300);
	check(i, TEXT + 4 * PAGE + 0x300, 0);
}

static void share_page_bss_pages(struct image *i)
{
	share_page(i, 0x300, 0x300, 0x300, 3 * PAGE);
	memset(i->bytes + PAGE + 0x300, 0, 0x300);
	check(i, TEXT + 4 * PAGE + 0xb00, 0);
	check(i, TEXT + 6 * PAGE, 0);
}

static void share_page_bss_alone(struct image *i)
{
	share_page(i, 0x300, 0, 0, 0x300);
	i->checks = 0;
}

static void share_page_high_first(struct image *i)
{
	Elf64_Phdr first;

	share_page_data(i);
	first = i->segments[1];
	i->segments[1] = i->segments[2];
	i->segments[2] = first;
}

/*
 * The two segments share a page in memory, but not in the file. In this file the program reads only
 * the bytes of the second segment; in share_page_elsewhere_both, the bytes of both.
 */
static void share_page_elsewhere(struct image *i)
{
	begin(i, ET_EXEC, TEXT);
	add(i, R | W, PAGE, TEXT + 4 * PAGE, 0x300, 0x300);
	add(i, R | W, 2 * PAGE + 0x800, TEXT + 4 * PAGE + 0x800, 0x300, 0x300);
	check(i, TEXT + 4 * PAGE + 0x800, pattern(2 * PAGE + 0x800));
	change(i, TEXT + 4 * PAGE + 0xaff);
}

static void share_page_elsewhere_both(struct image *i)
{
	share_page_elsewhere(i);
	check(i, TEXT + 4 * PAGE, pattern(PAGE));
	check(i, TEXT + 4 * PAGE + 0x2ff, pattern(PAGE + 0x2ff));
}

static void share_page_of_text(struct image *i, uint32_t flags)
{
	begin(i, ET_EXEC, TEXT);
	i->segments[0].p_filesz = i->segments[0].p_memsz = PAGE + 0x100;
	add(i, flags, PAGE + 0x800, TEXT + PAGE + 0x800, 0x300, 0x300);
	check(i, TEXT + PAGE + 0x800, pattern(PAGE + 0x800));
}

static void share_page_constants(struct image *i)
{
	share_page_of_text(i, R);
}

static void share_page_write_text(struct image *i)
{
	share_page_of_text(i, R | W);
}

static void overlap(struct image *i)
{
	begin(i, ET_EXEC, TEXT);
	add(i, R | W, PAGE, TEXT + 4 * PAGE, 2 * PAGE, 2 * PAGE);
	add(i, R | W, PAGE, TEXT + 5 * PAGE, PAGE, PAGE);
	check(i, TEXT + 4 * PAGE, pattern(PAGE));
	check(i, TEXT + 5 * PAGE, pattern(PAGE));
}

static void many(struct image *i, unsigned count)
{
	begin(i, ET_EXEC, TEXT);
	for (unsigned n = 1; n < count; n++)
		add(i, n % 2 ? R : R | W, PAGE, TEXT + 2 * n * PAGE, 0x10, 0x10);
	for (unsigned n = 1; n < count; n += count / 16 + 1)
		check(i, TEXT + 2 * n * PAGE, pattern(PAGE));
	i->header.e_phoff = i->size;
}

static void segments_16(struct image *i)
{
	many(i, 16);
}

static void segments_84(struct image *i)
{
	many(i, 84);
}

static void segments_85(struct image *i)
{
	many(i, 85);
}

static void segments_1170(struct image *i)
{
	many(i, 1170);
}

/* The segment has no rights: p_flags is 0. */
static void no_flags(struct image *i)
{
	begin(i, ET_EXEC, TEXT);
	add(i, 0, PAGE, TEXT + 4 * PAGE, PAGE + 8, 3 * PAGE);
}

static void no_flags_read(struct image *i)
{
	no_flags(i);
	check(i, TEXT + 4 * PAGE, pattern(PAGE));
}

static void no_flags_bss_read(struct image *i)
{
	no_flags(i);
	i->segments[1].p_filesz = 0;
	check(i, TEXT + 4 * PAGE, 0);
}

static void no_flags_protected(struct image *i)
{
	no_flags(i);
	protect(i, TEXT + 4 * PAGE, PAGE, PROT_READ | PROT_WRITE);
	check(i, TEXT + 4 * PAGE, pattern(PAGE));
	check(i, TEXT + 5 * PAGE - 1, pattern(2 * PAGE - 1));
	change(i, TEXT + 4 * PAGE);
}

static void write_only(struct image *i)
{
	plain(i);
	i->segments[1].p_flags = W;
}

static void execute_only(struct image *i)
{
	begin(i, ET_EXEC, TEXT);
	i->segments[0].p_flags = X;
}

static void write_and_execute(struct image *i)
{
	begin(i, ET_EXEC, TEXT);
	i->segments[0].p_flags = R | W | X;
	change(i, TEXT + PAGE - 1);
}

static void executable_stack(struct image *i)
{
	plain(i);
	i->segments[i->header.e_phnum++] = (Elf64_Phdr){ PT_GNU_STACK, R | W | X, 0, 0, 0, 0, 0, 16 };
}

static void file_over_memory(struct image *i)
{
	begin(i, ET_EXEC, TEXT);
	add(i, R | W, PAGE, TEXT + 4 * PAGE, 0x200, 0x100);
}

static void no_memory(struct image *i)
{
	begin(i, ET_EXEC, TEXT);
	add(i, R | W, PAGE, TEXT + 4 * PAGE, 0x200, 0);
}

static void empty_segment(struct image *i)
{
	plain(i);
	add(i, R | W, PAGE, TEXT + 9 * PAGE, 0, 0);
}

static void no_segments(struct image *i)
{
	begin(i, ET_EXEC, TEXT);
	i->segments[0].p_type = PT_NOTE;
}

/*
 * The entry point is in the page of the text segment, but before the segment. Linux runs the
 * program, because it maps whole pages of the file.
 */
static void entry_before_text(struct image *i)
{
	begin(i, ET_EXEC, TEXT);
	add(i, R, 0, TEXT + 8 * PAGE, 0x100, 0x100);
	i->segments[0] =
	        (Elf64_Phdr){ PT_LOAD, R | X, CODE + 0x100, TEXT + CODE + 0x100, 0, 0x100, 0x100, PAGE };
}

static void entry_after_text(struct image *i)
{
	begin(i, ET_EXEC, TEXT);
	i->segments[0].p_filesz = i->segments[0].p_memsz = 0x100;
}

static void entry_in_bss(struct image *i)
{
	begin(i, ET_EXEC, TEXT);
	i->segments[0].p_filesz = 0x100;
}

static void entry_nowhere(struct image *i)
{
	begin(i, ET_EXEC, TEXT);
	i->header.e_entry = TEXT + 9 * PAGE;
}

static void entry_in_data(struct image *i)
{
	plain(i);
	i->header.e_entry = DATA;
}

const struct file odd_pages[] = {
	SAME(share_page_data, 42),
	SAME(share_page_bss, 42),
	OTHER(share_page_bss_dirty, 104, 42, OWN),
	SAME(share_page_bss_pages, 42),
	OTHER(share_page_bss_alone, 100, 42, OWN),
	SAME(share_page_high_first, 42),
	SAME(share_page_elsewhere, 42),
	OTHER(share_page_elsewhere_both, 102, 42, OWN),
	SAME(share_page_constants, 42),
	OTHER(share_page_write_text, 42, ENOEXEC, WX),
	OTHER(overlap, 42, ENOEXEC, BOTH),
	SAME(segments_16, 42),
	SAME(segments_84, 42),
	OTHER(segments_85, 42, E2BIG, COUNT),
	OTHER(segments_1170, 42, E2BIG, COUNT),
	SAME(no_flags, 42),
	SAME(no_flags_read, SIGSEGV),
	OTHER(no_flags_bss_read, 42, SIGSEGV, RIGHTS),
	SAME(no_flags_protected, 42),
	SAME(write_only, 42),
	SAME(execute_only, 42),
	OTHER(write_and_execute, 42, ENOEXEC, WX),
	SAME(executable_stack, 42),
	OTHER(file_over_memory, SIGSEGV, ENOEXEC, EARLIER),
	OTHER(no_memory, SIGSEGV, ENOEXEC, EARLIER),
	SAME(empty_segment, 42),
	OTHER(no_segments, SIGSEGV, ENOEXEC, EARLIER),
	OTHER(entry_before_text, 42, ENOEXEC, BETWEEN),
	OTHER(entry_after_text, 42, ENOEXEC, BETWEEN),
	OTHER(entry_in_bss, 42, ENOEXEC, BETWEEN),
	OTHER(entry_nowhere, SIGSEGV, ENOEXEC, EARLIER),
	OTHER(entry_in_data, SIGSEGV, ENOEXEC, EARLIER),
	{ 0 },
};
