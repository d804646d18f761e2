/* SPDX-License-Identifier: MIT */
/*
 * Tests the ELF checker (loader/elf.c) on a valid file, and on that file with each kind of damage.
 */
#include "tests/unit/elf_file.h"

#include <errno.h>

static void accepts_a_good_file(void **state)
{
	static const struct load_segment want[] = {
		{ .start = 0x400000, .pages = 1, .flags = PTE_NX, .data_offset = 0, .data_size = 0x200 },
		{ .start = 0x401000, .pages = 1, .flags = 0, .data_offset = 0x200, .data_size = 0x100 },
		{ .start = 0x402000,
		  .pages = 4,
		  .flags = PTE_WRITE | PTE_NX,
		  .data_offset = 0x300,
		  .data_size = 0x80 },
	};
	struct elf_plan plan;
	(void)state;

	assert_int_equal(elf_check(&good, sizeof good, &plan), 0);
	assert_int_equal(plan.entry, 0x401210);
	assert_int_equal(plan.count, 3);
	for (unsigned i = 0; i < 3; i++) {
		const struct load_segment *s = &plan.segments[i];

		assert_int_equal(s->start, want[i].start);
		assert_int_equal(s->pages, want[i].pages);
		assert_int_equal(s->flags, want[i].flags);
		assert_int_equal(s->data_offset, want[i].data_offset);
		assert_int_equal(s->data_size, want[i].data_size);
		assert_ptr_equal(s->data, (const uint8_t *)&good + good.segments[i].p_offset);
	}
}

/*
 * A way to damage the good file: one field gets another value. elf_check() must return `result` for
 * the damaged file.
 */
struct damage {
	size_t offset, size;
	uint64_t value;
	int result;
};

#define HEADER(field, value, result)                                                        \
	{                                                                                   \
		offsetof(Elf64_Ehdr, field), sizeof((Elf64_Ehdr *)0)->field, value, -result \
	}
#define IDENT(index, value, result)      \
	{                                \
		index, 1, value, -result \
	}
#define SEGMENT(index, field, value, result)                                                                 \
	{                                                                                                    \
		offsetof(struct file, segments[index].field), sizeof((Elf64_Phdr *)0)->field, value, -result \
	}

static void check_damages(const struct damage *damages, size_t count)
{
	for (const struct damage *d = damages; d < damages + count; d++) {
		struct file file = good;
		struct elf_plan plan;
		int result;

		memcpy((uint8_t *)&file + d->offset, &d->value, d->size);
		result = check(&file, sizeof file, &plan);
		if (result != d->result)
			fail_msg("offset %#zx with %#lx: %d", d->offset, d->value, result);
	}
}

static void header_fields(void **state)
{
	static const struct damage damages[] = {
		IDENT(EI_MAG0, 0, ENOEXEC),
		IDENT(EI_MAG1, 'e', ENOEXEC),
		IDENT(EI_MAG2, 'l', ENOEXEC),
		IDENT(EI_MAG3, 'f', ENOEXEC),
		IDENT(EI_CLASS, ELFCLASSNONE, 0),
		IDENT(EI_CLASS, ELFCLASS32, 0),
		IDENT(EI_DATA, ELFDATANONE, 0),
		IDENT(EI_DATA, ELFDATA2MSB, 0),
		IDENT(EI_VERSION, 0, 0),
		IDENT(EI_VERSION, 2, 0),
		IDENT(EI_OSABI, ELFOSABI_GNU, 0), /* as in static glibc programs */
		IDENT(EI_ABIVERSION, 99, 0),
		HEADER(e_type, ET_NONE, ENOEXEC),
		HEADER(e_type, ET_REL, ENOEXEC),
		HEADER(e_type, ET_DYN, 0),
		HEADER(e_type, ET_CORE, ENOEXEC),
		HEADER(e_machine, EM_386, ENOEXEC),
		HEADER(e_machine, EM_AARCH64, ENOEXEC),
		HEADER(e_version, 0, 0),
		HEADER(e_version, 2, 0),
		HEADER(e_ehsize, 0, 0),
		HEADER(e_ehsize, sizeof(Elf32_Ehdr), 0),
		HEADER(e_ehsize, sizeof(Elf64_Ehdr) + 1, 0),
		HEADER(e_phentsize, 0, ENOEXEC),
		HEADER(e_phentsize, sizeof(Elf32_Phdr), ENOEXEC),
		HEADER(e_phentsize, sizeof(Elf64_Phdr) + 8, ENOEXEC),
		HEADER(e_phnum, 0, ENOEXEC),
		HEADER(e_phnum, 1, ENOEXEC), /* no text segment */
		HEADER(e_phnum, 3, 0),
		HEADER(e_phnum, 1170, ENOEXEC), /* the most allowed, but the table ends past the file */
		HEADER(e_phnum, 15, ENOEXEC),   /* the last header ends past the file */
		HEADER(e_phnum, PN_XNUM, ENOEXEC),
		HEADER(e_phnum, PN_XNUM - 1, ENOEXEC),
		HEADER(e_phoff, 0x41, ENOEXEC),
		HEADER(e_phoff, 0x3c, ENOEXEC),
		HEADER(e_phoff, 0x380 - 4 * 56 + 8, ENOEXEC),
		HEADER(e_phoff, 0x380, ENOEXEC),
		HEADER(e_phoff, 0x388, ENOEXEC),
		HEADER(e_phoff, 1UL << 63, ENOEXEC),
		HEADER(e_phoff, 0UL - 4 * 56, ENOEXEC), /* e_phoff + table size overflows to 0 */
		HEADER(e_phoff, 0UL - 8, ENOEXEC),
		HEADER(e_shoff, UINT64_MAX, 0), /* the loader ignores sections */
		HEADER(e_shnum, 0xffff, 0),
		HEADER(e_flags, 0xffffffff, 0),
	};
	(void)state;

	check_damages(damages, sizeof damages / sizeof *damages);
}

static void entry_points(void **state)
{
	static const struct damage damages[] = {
		HEADER(e_entry, 0x401200, 0),
		HEADER(e_entry, 0x4012ff, 0),
		HEADER(e_entry, 0x4011ff, ENOEXEC), /* the byte before the text */
		HEADER(e_entry, 0x401300, ENOEXEC), /* the first byte past the text */
		HEADER(e_entry, 0x400000, ENOEXEC), /* in the constants */
		HEADER(e_entry, 0x402300, ENOEXEC), /* in the data */
		HEADER(e_entry, 0, ENOEXEC),
		HEADER(e_entry, USER_STACK_BASE, ENOEXEC),
		HEADER(e_entry, KERNEL_BASE, ENOEXEC),
		HEADER(e_entry, UINT64_MAX, ENOEXEC),
		SEGMENT(TEXT, p_flags, PF_R, ENOEXEC),
		SEGMENT(TEXT, p_type, PT_NOTE, ENOEXEC),
		SEGMENT(TEXT, p_filesz, 0x10, ENOEXEC), /* the entry point is in .bss */
		SEGMENT(TEXT, p_filesz, 0x11, 0),
	};
	(void)state;

	check_damages(damages, sizeof damages / sizeof *damages);
}

static void segment_sizes(void **state)
{
	static const struct damage damages[] = {
		SEGMENT(DATA, p_filesz, 0, 0),
		SEGMENT(DATA, p_filesz, 0x81, 0),        /* ends one byte past the file */
		SEGMENT(DATA, p_filesz, 0xd00, 0),       /* ends with the file's last page */
		SEGMENT(DATA, p_filesz, 0xd01, ENOEXEC), /* .bss begins in a page past the file */
		SEGMENT(DATA, p_filesz, 0x1d00, 0),      /* one page is past the file */
		SEGMENT(DATA, p_filesz, 0x3000, 0),
		SEGMENT(DATA, p_filesz, 0x3001, ENOEXEC),
		SEGMENT(DATA, p_filesz, UINT64_MAX, ENOEXEC),
		SEGMENT(DATA, p_filesz, 0UL - 0x300, ENOEXEC), /* offset + size overflows to 0 */
		SEGMENT(DATA, p_memsz, 0x80, 0),
		SEGMENT(DATA, p_memsz, 0x7f, ENOEXEC), /* less than p_filesz */
		SEGMENT(DATA, p_memsz, 0, ENOEXEC),
		SEGMENT(DATA, p_memsz, IMAGE_TOP - 0x402300, 0),
		SEGMENT(DATA, p_memsz, IMAGE_TOP - 0x402300 + 1, ENOEXEC), /* reaches into the guard page */
		SEGMENT(DATA, p_memsz, USER_STACK_TOP - 0x402300, ENOEXEC),
		SEGMENT(DATA, p_memsz, KERNEL_BASE, ENOEXEC),
		SEGMENT(DATA, p_memsz, 0UL - 0x402300, ENOEXEC),     /* address + size overflows to 0 */
		SEGMENT(DATA, p_memsz, 0UL - 0x402300 - 1, ENOEXEC), /* address + size is 2^64 - 1 */
		SEGMENT(DATA, p_memsz, UINT64_MAX, ENOEXEC),
		SEGMENT(DATA, p_offset, 0x1300, ENOEXEC),
		SEGMENT(DATA, p_offset, 1UL << 63 | 0x300, ENOEXEC),
		SEGMENT(DATA, p_offset, 0UL - 0xd00, ENOEXEC),
		SEGMENT(CONSTANTS, p_memsz, 0x1000, 0),
		SEGMENT(CONSTANTS, p_memsz, 0x1001, 0),       /* reaches into the text's page */
		SEGMENT(CONSTANTS, p_memsz, 0x1200, 0),       /* ends where the text begins */
		SEGMENT(CONSTANTS, p_memsz, 0x1201, ENOEXEC), /* reaches into the text */
		SEGMENT(TEXT, p_memsz, 0xe00, 0),
		SEGMENT(TEXT, p_memsz, 0xe01, ENOEXEC), /* the data's page would be W and X */
	};
	(void)state;

	check_damages(damages, sizeof damages / sizeof *damages);
}

static void segment_addresses(void **state)
{
	static const struct damage damages[] = {
		SEGMENT(CONSTANTS, p_vaddr, 0, ENOEXEC), /* the null page */
		SEGMENT(CONSTANTS, p_vaddr, 0x1000, ENOEXEC),
		SEGMENT(CONSTANTS, p_vaddr, USER_BASE - PAGE_SIZE, ENOEXEC),
		SEGMENT(CONSTANTS, p_vaddr, USER_BASE, 0),
		SEGMENT(CONSTANTS, p_vaddr, IMAGE_TOP - PAGE_SIZE, 0),
		SEGMENT(CONSTANTS, p_vaddr, IMAGE_TOP, ENOEXEC), /* the guard page */
		SEGMENT(CONSTANTS, p_vaddr, USER_STACK_BASE, ENOEXEC),
		SEGMENT(CONSTANTS, p_vaddr, USER_STACK_TOP - PAGE_SIZE, ENOEXEC),
		SEGMENT(CONSTANTS, p_vaddr, USER_TOP, ENOEXEC),
		SEGMENT(CONSTANTS, p_vaddr, 1UL << 47, ENOEXEC), /* not canonical */
		SEGMENT(CONSTANTS, p_vaddr, DIRECT_MAP_BASE, ENOEXEC),
		SEGMENT(CONSTANTS, p_vaddr, KERNEL_BASE, ENOEXEC),
		SEGMENT(CONSTANTS, p_vaddr, 0UL - PAGE_SIZE, ENOEXEC),
		SEGMENT(CONSTANTS, p_vaddr, 0x401000, 0),       /* shares the text's page */
		SEGMENT(CONSTANTS, p_vaddr, 0x402000, 0),       /* shares the data's page */
		SEGMENT(CONSTANTS, p_vaddr, 0x404000, ENOEXEC), /* in the middle of .bss */
		SEGMENT(CONSTANTS, p_vaddr, 0x405000, ENOEXEC), /* in the last page of .bss */
		SEGMENT(CONSTANTS, p_vaddr, 0x406000, 0),
		SEGMENT(CONSTANTS, p_vaddr, 0x400008, ENOEXEC), /* not congruent to p_offset modulo 4096 */
		SEGMENT(CONSTANTS, p_paddr, UINT64_MAX, 0),
	};
	(void)state;

	check_damages(damages, sizeof damages / sizeof *damages);
}

static void segment_rights(void **state)
{
	static const struct damage damages[] = {
		SEGMENT(TEXT, p_flags, PF_R | PF_W | PF_X, ENOEXEC),
		SEGMENT(TEXT, p_flags, PF_W | PF_X, ENOEXEC),
		SEGMENT(TEXT, p_flags, PF_X, 0),
		SEGMENT(DATA, p_flags, PF_R | PF_W | PF_X, ENOEXEC),
		SEGMENT(DATA, p_flags, 0, 0),
		SEGMENT(DATA, p_flags, 0xfffffff8, 0),
		SEGMENT(TEXT, p_flags, 0, ENOEXEC), /* the entry point is not executable */
		SEGMENT(DATA, p_flags, 0xffffffff & ~(uint64_t)PF_X, 0),
		SEGMENT(STACK, p_flags, PF_R | PF_W | PF_X, 0), /* ignored: stacks are NX */
	};
	(void)state;

	check_damages(damages, sizeof damages / sizeof *damages);
}

static void segment_alignments(void **state)
{
	static const struct damage damages[] = {
		SEGMENT(DATA, p_align, 0, 0),
		SEGMENT(DATA, p_align, 1, 0),
		SEGMENT(DATA, p_align, 2, 0),
		SEGMENT(DATA, p_align, 3, 0),
		SEGMENT(DATA, p_align, 0x1001, 0),
		SEGMENT(DATA, p_align, 0x1800, 0),
		SEGMENT(DATA, p_align, 0x2000, 0),
		SEGMENT(DATA, p_align, 0x4000, 0),
		SEGMENT(DATA, p_align, 1UL << 63, 0),
		SEGMENT(DATA, p_align, UINT64_MAX, 0),
		SEGMENT(DATA, p_offset, 0x2f8, ENOEXEC),
		SEGMENT(DATA, p_vaddr, 0x402308, ENOEXEC),
	};
	(void)state;

	check_damages(damages, sizeof damages / sizeof *damages);
}

/* Changes the good file to a static PIE. All its load addresses must grow by USER_PIE_BASE. */
static void moves_a_pie(void **state)
{
	struct file file = good;
	struct elf_plan plan, moved;
	(void)state;

	assert_int_equal(check(&file, sizeof file, &plan), 0);
	assert_int_equal(plan.headers, 0x400000 + sizeof(Elf64_Ehdr));
	assert_int_equal(plan.header_count, SEGMENTS);
	file.header.e_type = ET_DYN;
	assert_int_equal(check(&file, sizeof file, &moved), 0);
	assert_int_equal(moved.entry, plan.entry + USER_PIE_BASE);
	assert_int_equal(moved.headers, plan.headers + USER_PIE_BASE);
	assert_int_equal(moved.count, plan.count);
	for (size_t i = 0; i < plan.count; i++) {
		assert_int_equal(moved.segments[i].start, plan.segments[i].start + USER_PIE_BASE);
		assert_int_equal(moved.segments[i].pages, plan.segments[i].pages);
		assert_int_equal(moved.segments[i].data_offset, plan.segments[i].data_offset);
	}
	file.segments[0].p_vaddr = 0; /* most PIEs begin at address 0 */
	assert_int_equal(check(&file, sizeof file, &moved), 0);
	assert_int_equal(moved.segments[0].start, USER_PIE_BASE);
	/* The segment would end a page too high. */
	file.segments[DATA].p_vaddr = IMAGE_TOP - USER_PIE_BASE - 0x3000 + 0x300;
	assert_int_equal(check(&file, sizeof file, &moved), -ENOEXEC);
	file.segments[DATA].p_vaddr = IMAGE_TOP - USER_PIE_BASE - 0x4000 + 0x300;
	assert_int_equal(check(&file, sizeof file, &moved), 0);
	file.segments[DATA].p_vaddr = UINT64_MAX - 0xfff + 0x300;
	assert_int_equal(check(&file, sizeof file, &moved), -ENOEXEC);
}

static void segment_types(void **state)
{
	static const struct damage damages[] = {
		SEGMENT(STACK, p_type, PT_INTERP, ENOEXEC),
		SEGMENT(STACK, p_type, PT_DYNAMIC, 0), /* as in a static PIE */
		SEGMENT(STACK, p_type, PT_NULL, 0),
		SEGMENT(STACK, p_type, PT_NOTE, 0),
		SEGMENT(STACK, p_type, PT_TLS, 0),
		SEGMENT(STACK, p_type, PT_LOAD, 0), /* an empty segment */
		SEGMENT(STACK, p_type, 0x6fffffff, 0),
		SEGMENT(DATA, p_type, PT_INTERP, ENOEXEC),
	};
	(void)state;

	check_damages(damages, sizeof damages / sizeof *damages);
}

/*
 * Checks a file with `count` segments of one page each; the last one is the text. Returns the
 * result of elf_check_large() if `more` is not NULL, otherwise that of elf_check().
 */
static int check_many(unsigned count, struct elf_plan *plan, struct load_segment *more)
{
	static struct {
		Elf64_Ehdr header;
		Elf64_Phdr segments[200];
	} file;

	file.header = good.header;
	file.header.e_phnum = (uint16_t)count;
	file.header.e_entry = 0x400000 + (count - 1) * PAGE_SIZE;
	for (unsigned i = 0; i < count; i++)
		file.segments[i] = (Elf64_Phdr){
			.p_type = PT_LOAD,
			.p_flags = i == count - 1 ? PF_X : PF_W,
			.p_vaddr = 0x400000 + i * PAGE_SIZE,
			.p_filesz = 1,
			.p_memsz = PAGE_SIZE,
		};
	return more ? elf_check_large(&file, sizeof file, plan, more) : check(&file, sizeof file, plan);
}

static void too_many_segments(void **state)
{
	struct elf_plan plan;
	(void)state;

	for (unsigned count = 1; count < 200; count++) {
		int result = check_many(count, &plan, NULL);

		assert_int_equal(result, count <= ELF_SEGMENTS_INLINE ? 0 : -E2BIG);
		if (!result)
			assert_int_equal(plan.count, count);
	}
}

static void many_segments(void **state)
{
	struct load_segment more[LOAD_SEGMENTS_MAX];
	struct elf_plan plan;
	(void)state;

	assert_in_range(ELF_SEGMENTS_MAX, 64, UINT16_MAX);
	for (unsigned count = 1; count < 200; count++) {
		int result = check_many(count, &plan, more);

		assert_int_equal(result, count <= ELF_SEGMENTS_MAX ? 0 : -E2BIG);
		if (result)
			continue;
		assert_int_equal(plan.count, count);
		assert_ptr_equal(plan.segments, more);
		for (unsigned i = 0; i < count; i++)
			assert_int_equal(more[i].start, 0x400000 + i * PAGE_SIZE);
	}
}

static void every_alignment(void **state)
{
	static uint8_t room[sizeof good + 16];
	struct elf_plan plan;
	(void)state;

	for (size_t at = 0; at < 16; at++) {
		memcpy(room + at, &good, sizeof good);
		assert_int_equal(elf_check(room + at, sizeof good, &plan), 0);
		assert_ptr_equal(plan.segments[TEXT].data, room + at + 0x200);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accepts_a_good_file), cmocka_unit_test(header_fields),
		cmocka_unit_test(entry_points),        cmocka_unit_test(segment_sizes),
		cmocka_unit_test(segment_addresses),   cmocka_unit_test(segment_rights),
		cmocka_unit_test(segment_alignments),  cmocka_unit_test(moves_a_pie),
		cmocka_unit_test(segment_types),       cmocka_unit_test(too_many_segments),
		cmocka_unit_test(many_segments),       cmocka_unit_test(every_alignment),
	};

	return cmocka_run_group_tests_name("elf", tests, NULL, NULL);
}
