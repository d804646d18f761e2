/* SPDX-License-Identifier: MIT */
/* Files with odd alignments and addresses. */
#include "tests/elf/odd.h"

static void align(struct image *i, uint64_t alignment)
{
	for (unsigned n = 0; n < i->header.e_phnum; n++)
		i->segments[n].p_align = alignment;
}

#define ALIGN_CASE(name, base, alignment) \
	static void name(struct image *i) \
	{                                 \
		base(i);                  \
		align(i, alignment);      \
	}
ALIGN_CASE(align_0, plain, 0)
ALIGN_CASE(align_1, plain, 1)
ALIGN_CASE(align_3, plain, 3)
ALIGN_CASE(align_3000, plain, 0x3000)
ALIGN_CASE(align_2m, plain, 0x200000)
ALIGN_CASE(align_2_63, plain, 1UL << 63)
ALIGN_CASE(align_max, plain, UINT64_MAX)
ALIGN_CASE(pie_align_0, plain_pie, 0)
ALIGN_CASE(pie_align_max, plain_pie, UINT64_MAX)
ALIGN_CASE(pie_align_3000, plain_pie, 0x3000)

/* The program checks that the address of the file's first byte is a multiple of `alignment`. */
static void pie_aligned(struct image *i, uint64_t alignment)
{
	const uint64_t mask = alignment - 1;

	plain_pie(i);
	align(i, alignment);
	put_address(i, TEXT);
	PUT(i, 0x48, 0xb9);
	put(i, &mask, sizeof mask);
	PUT(i, 0x48, 0x85, 0xc8, 0x74, 12);
	put_exit(i, 90);
}

static void pie_align_2m(struct image *i)
{
	pie_aligned(i, 0x200000);
}

static void pie_align_1g(struct image *i)
{
	plain_pie(i);
	for (unsigned n = 0; n < 2; n++) /* links the image at 1 GiB, a multiple of the alignment */
		i->segments[n].p_vaddr = i->segments[n].p_vaddr - TEXT + (1UL << 30);
	i->header.e_entry = (1UL << 30) + CODE;
	i->text = 1UL << 30;
	align(i, 1UL << 30);
	put_address(i, i->text);
	PUT(i, 0x48, 0x25); /* the code computes RAX &= 2^30 - 1 */
	put_number(i, 0x3fffffff);
	PUT(i, 0x74, 12);
	put_exit(i, 90);
}

/* Makes a PIE that is linked at any address `text`. */
static void pie_at(struct image *i, uintptr_t text)
{
	begin(i, ET_DYN, text);
	add(i, R | W, PAGE, text + 2 * PAGE, 2 * PAGE, 3 * PAGE);
	check(i, text + 2 * PAGE, pattern(PAGE));
	check(i, text + 5 * PAGE - 1, 0);
	change(i, text + 4 * PAGE);
}

static void pie_0(struct image *i)
{
	pie_at(i, 0);
}

static void pie_high(struct image *i)
{
	pie_at(i, 0x7fffffff0000);
}

static void pie_kernel(struct image *i)
{
	pie_at(i, 0xffffffff81000000);
}

static void pie_top(struct image *i)
{
	pie_at(i, 0UL - 0x10000);
}

static void pie_unordered(struct image *i)
{
	Elf64_Phdr text;

	pie_at(i, 0x200000);
	text = i->segments[0];
	i->segments[0] = i->segments[1];
	i->segments[1] = text;
}

static void exec_not_congruent(struct image *i)
{
	begin(i, ET_EXEC, TEXT);
	add(i, R | W, PAGE + 0x300, TEXT + 2 * PAGE + 0x308, 0x100, 0x100);
	align(i, 0);
}

static void unordered(struct image *i)
{
	Elf64_Phdr text;

	plain(i);
	text = i->segments[0];
	i->segments[0] = i->segments[1];
	i->segments[1] = text;
}

const struct file odd_places[] = {
	SAME(align_0, 42),
	SAME(align_1, 42),
	SAME(align_3, 42),
	SAME(align_3000, 42),
	SAME(align_2m, 42),
	SAME(align_2_63, 42),
	SAME(align_max, 42),
	SAME(pie_align_0, 42),
	SAME(pie_align_3000, 42),
	SAME(pie_align_max, 42),
	SAME(pie_align_2m, 42),
	SAME(pie_align_1g, 42),
	SAME(pie_0, 42),
	SAME(pie_high, 42),
	OTHER(pie_kernel, SIGSEGV, ENOEXEC, EARLIER),
	OTHER(pie_top, SIGSEGV, ENOEXEC, EARLIER),
	SAME(pie_unordered, 42),
	OTHER(exec_not_congruent, SIGSEGV, ENOEXEC, EARLIER),
	SAME(unordered, 42),
	{ 0 },
};
