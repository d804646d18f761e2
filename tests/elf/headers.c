/* SPDX-License-Identifier: MIT */
/* Files with odd values in the ELF header, and with program headers in odd places. */
#include "tests/elf/odd.h"

/* The program headers are not aligned. */
static void odd_table(struct image *i)
{
	plain(i);
	i->header.e_phoff = 0x143;
}

static void table_at_end(struct image *i)
{
	plain(i);
	i->header.e_phoff = i->size + 5;
}

/* Linux accepts program headers of at most 64 KiB in total, so at most 1170 of them. */
static void headers_1170(struct image *i)
{
	plain(i);
	i->header.e_phnum = 1170;
	i->header.e_phoff = i->size;
}

static void headers_1171(struct image *i)
{
	headers_1170(i);
	i->header.e_phnum = 1171;
}

/* The file ends where its program headers would begin (write_image() in make.c). */
static void table_past_end(struct image *i)
{
	plain(i);
	i->header.e_phnum = 60;
	i->header.e_phoff = i->size;
}

const struct file odd_headers[] = {
	SAME(plain, 42),
	SAME(plain_pie, 42),
	IDENT(ident_magic, EI_MAG3, 'f', ENOEXEC),
	IDENT(ident_class_0, EI_CLASS, ELFCLASSNONE, 42),
	IDENT(ident_class_32, EI_CLASS, ELFCLASS32, 42),
	IDENT(ident_class_3, EI_CLASS, 3, 42),
	IDENT(ident_data_0, EI_DATA, ELFDATANONE, 42),
	IDENT(ident_data_big, EI_DATA, ELFDATA2MSB, 42),
	IDENT(ident_version_0, EI_VERSION, 0, 42),
	IDENT(ident_version_2, EI_VERSION, 2, 42),
	IDENT(ident_osabi, EI_OSABI, 99, 42),
	HEADER(type_rel, e_type, ET_REL, ENOEXEC),
	HEADER(type_core, e_type, ET_CORE, ENOEXEC),
	HEADER(machine_aarch64, e_machine, EM_AARCH64, ENOEXEC),
	HEADER(version_0, e_version, 0, 42),
	HEADER(version_2, e_version, 2, 42),
	HEADER(ehsize_0, e_ehsize, 0, 42),
	HEADER(ehsize_52, e_ehsize, 52, 42),
	HEADER(ehsize_65, e_ehsize, 65, 42),
	HEADER(flags, e_flags, UINT32_MAX, 42),
	HEADER(sections, e_shoff, UINT64_MAX, 42),
	HEADER(phentsize_0, e_phentsize, 0, ENOEXEC),
	HEADER(phentsize_32, e_phentsize, 32, ENOEXEC),
	HEADER(phentsize_64, e_phentsize, 64, ENOEXEC),
	HEADER(phnum_0, e_phnum, 0, ENOEXEC),
	HEADER(phnum_max, e_phnum, UINT16_MAX, ENOEXEC),
	HEADER(phoff_max, e_phoff, UINT64_MAX, ENOEXEC),
	HEADER(phoff_negative, e_phoff, 0UL - 56, ENOEXEC),
	HEADER(phoff_past_end, e_phoff, 1UL << 32, ENOEXEC),
	SAME(odd_table, 42),
	SAME(table_at_end, 42),
	SAME(table_past_end, ENOEXEC),
	SAME(headers_1170, 42),
	SAME(headers_1171, ENOEXEC),
	{ 0 },
};
