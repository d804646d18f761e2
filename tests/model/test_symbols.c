/* SPDX-License-Identifier: MIT */
/*
 * Tests the reader of an image's symbols. The test makes the files; some of them are damaged. Also
 * tests the rounding of counts (bench/bochs/rounding.h).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/bochs/rounding.h"
#include "bench/bochs/symbols.h"

#define CODE     0xFFFFFFFF80100000ULL
#define PHYSICAL 0x100000ULL

enum { CODE_BYTES = 256 };

static struct file {
	Elf64_Ehdr header;
	Elf64_Phdr segment;
	Elf64_Shdr section[4]; /* the null section, .text, .symtab, .strtab */
	Elf64_Sym symbol[10];
	char names[128];
	uint8_t code[CODE_BYTES];
} file;

static char path[] = "/tmp/palimpsest-symbols-XXXXXX";
static size_t names_used;
static uint8_t memory[2][4096];

static void add_symbol(unsigned index, const char *name, uint64_t offset, uint64_t size, unsigned bind,
                       unsigned type)
{
	file.symbol[index] = (Elf64_Sym){ .st_name = (Elf64_Word)names_used,
		                          .st_info = (unsigned char)ELF64_ST_INFO(bind, type),
		                          .st_shndx = 1,
		                          .st_value = CODE + offset,
		                          .st_size = size };
	strcpy(file.names + names_used, name);
	names_used += strlen(name) + 1;
}

static int set_up(void **state)
{
	(void)state;
	memset(&file, 0, sizeof file);
	memcpy(file.header.e_ident, ELFMAG, SELFMAG);
	file.header.e_ident[EI_CLASS] = ELFCLASS64;
	file.header.e_ident[EI_DATA] = ELFDATA2LSB;
	file.header.e_machine = EM_X86_64;
	file.header.e_type = ET_EXEC;
	file.header.e_phoff = offsetof(struct file, segment);
	file.header.e_phnum = 1;
	file.header.e_phentsize = sizeof file.segment;
	file.header.e_shoff = offsetof(struct file, section);
	file.header.e_shnum = 4;
	file.header.e_shentsize = sizeof file.section[0];
	file.segment = (Elf64_Phdr){ .p_type = PT_LOAD,
		                     .p_flags = PF_R | PF_X,
		                     .p_offset = offsetof(struct file, code),
		                     .p_vaddr = CODE,
		                     .p_paddr = PHYSICAL + 4000, /* so that .text spans frames */
		                     .p_filesz = CODE_BYTES };
	file.section[1] = (Elf64_Shdr){ .sh_type = SHT_PROGBITS,
		                        .sh_flags = SHF_ALLOC | SHF_EXECINSTR,
		                        .sh_addr = CODE,
		                        .sh_size = CODE_BYTES };
	file.section[2] = (Elf64_Shdr){ .sh_type = SHT_SYMTAB,
		                        .sh_offset = offsetof(struct file, symbol),
		                        .sh_size = sizeof file.symbol,
		                        .sh_link = 3 };
	file.section[3] = (Elf64_Shdr){ .sh_type = SHT_STRTAB,
		                        .sh_offset = offsetof(struct file, names),
		                        .sh_size = sizeof file.names };
	names_used = 1;
	/* Not a function: a linker script defines such symbols. */
	add_symbol(1, "text_start", 0, 0, STB_GLOBAL, STT_NOTYPE);
	add_symbol(2, "first", 0, 0x20, STB_LOCAL, STT_FUNC);
	add_symbol(3, "entry", 0x40, 0, STB_GLOBAL, STT_NOTYPE);
	add_symbol(4, "entry.back", 0x50, 0, STB_LOCAL, STT_NOTYPE);
	add_symbol(5, "next", 0x60, 0, STB_GLOBAL, STT_NOTYPE);
	add_symbol(6, "last", 0xC0, 0x400, STB_GLOBAL, STT_FUNC); /* ends past the section */
	add_symbol(7, "object", 0x30, 8, STB_GLOBAL, STT_OBJECT);
	add_symbol(8, "low", 0x400000 - CODE, 8, STB_GLOBAL, STT_FUNC); /* not in .text */
	for (unsigned i = 0; i < CODE_BYTES; i++)
		file.code[i] = (uint8_t)(i * 7);
	memcpy(memory[0] + 4000, file.code, 96);
	memcpy(memory[1], file.code + 96, CODE_BYTES - 96);
	return 0;
}

static struct symbols *read_file(size_t size, char *why)
{
	FILE *out = fopen(path, "w");

	assert_non_null(out);
	assert_int_equal(fwrite(&file, 1, size, out), size);
	assert_int_equal(fclose(out), 0);
	*why = '\0';
	return symbols_read(path, why);
}

static const char *name_at(const struct symbols *symbols, uint64_t offset)
{
	const struct symbol *symbol = symbols_find(symbols, CODE + offset);

	return symbol ? symbol->name : "-";
}

static void functions_are_found(void **state)
{
	static const struct {
		uint64_t offset;
		const char *name;
	} expected[] = {
		{ 0, "first" },    { 0x1F, "first" }, { 0x20, "-" },    { 0x3F, "-" },
		{ 0x40, "entry" }, { 0x55, "entry" }, { 0x60, "next" }, { 0xBF, "next" },
		{ 0xC0, "last" },  { 0xFF, "last" },  { 0x100, "-" },   { -1ULL, "-" },
	};
	char why[SYMBOLS_WHY_MAX];
	struct symbols *symbols = read_file(sizeof file, why);
	(void)state;

	assert_string_equal(why, "");
	assert_non_null(symbols);
	for (unsigned i = 0; i < sizeof expected / sizeof expected[0]; i++)
		assert_string_equal(name_at(symbols, expected[i].offset), expected[i].name);
	assert_null(symbols_find(symbols, 0x400000));
	symbols_free(symbols);
}

static const uint8_t *frame_of(uint64_t physical)
{
	uint64_t frame = physical / 4096 - PHYSICAL / 4096;

	return frame < 2 ? memory[frame] : NULL;
}

static const uint8_t *no_frame(uint64_t physical)
{
	(void)physical;
	return NULL;
}

static void another_image_is_told(void **state)
{
	char why[SYMBOLS_WHY_MAX];
	struct symbols *symbols = read_file(sizeof file, why);
	(void)state;

	assert_non_null(symbols);
	assert_true(symbols_match(symbols, frame_of, why));
	memory[1][100] ^= 1; /* changes byte 196 of the code */
	assert_false(symbols_match(symbols, frame_of, why));
	assert_non_null(strstr(why, path));
	assert_non_null(strstr(why, "symbols of another image"));
	assert_non_null(strstr(why, "0xffffffff801000c4"));
	assert_false(symbols_match(symbols, no_frame, why));
	symbols_free(symbols);
}

static void refused(size_t size, const char *reason)
{
	char why[SYMBOLS_WHY_MAX];

	assert_null(read_file(size, why));
	assert_non_null(strstr(why, path));
	if (!strstr(why, reason))
		fail_msg("'%s' does not say '%s'", why, reason);
	set_up(NULL);
}

static void bad_files_are_refused(void **state)
{
	char why[SYMBOLS_WHY_MAX];
	(void)state;

	assert_null(symbols_read("/nowhere/image.elf", why));
	assert_non_null(strstr(why, "/nowhere/image.elf: the symbol file cannot be read: No such file"));
	refused(0, "not a 64-bit x86 executable");
	refused(20, "not a 64-bit x86 executable");
	file.header.e_ident[EI_CLASS] = ELFCLASS32;
	refused(sizeof file, "not a 64-bit x86 executable");
	file.header.e_machine = EM_AARCH64;
	refused(sizeof file, "not a 64-bit x86 executable");
	refused(offsetof(struct file, section) + 8, "headers are damaged");
	file.header.e_shoff = UINT64_MAX - 7;
	refused(sizeof file, "headers are damaged");
	file.header.e_shentsize = 8;
	refused(sizeof file, "headers are damaged");
	file.header.e_phoff = 1 << 20;
	refused(sizeof file, "headers are damaged");
	file.section[2].sh_type = SHT_NULL;
	refused(sizeof file, "no symbol table");
	file.section[2].sh_size = 1 << 20;
	refused(sizeof file, "symbol table is damaged");
	file.section[2].sh_link = 9;
	refused(sizeof file, "symbol table is damaged");
	file.section[3].sh_size = UINT64_MAX;
	refused(sizeof file, "symbol table is damaged");
	memset(file.names + sizeof file.names - 8, 'x', 8); /* the last name has no NUL */
	refused(sizeof file, "symbol table is damaged");
	memset(file.symbol, 0, sizeof file.symbol);
	refused(sizeof file, "no symbols of the kernel's code");
	file.symbol[2].st_name = 1 << 20; /* a bad name offset: the symbol is skipped */
	symbols_free(read_file(sizeof file, why));
	assert_string_equal(why, "");
}

/* Reads a list of symbols with this text. */
static struct symbols *read_list(const char *text, char why[SYMBOLS_WHY_MAX])
{
	FILE *out = fopen(path, "w");

	assert_non_null(out);
	fputs(text, out);
	fclose(out);
	return symbols_read_list(path, why);
}

static void lists_are_read(void **state)
{
	char why[SYMBOLS_WHY_MAX];
	struct symbols *symbols = read_list("100000 10 start\n100008 0 tail\n100020 8 last one\n", why);

	(void)state;
	assert_non_null(symbols);
	assert_null(symbols_find(symbols, 0xfffff));
	assert_string_equal(symbols_find(symbols, 0x100007)->name, "start");
	assert_string_equal(symbols_find(symbols, 0x100008)->name, "tail");
	assert_string_equal(symbols_find(symbols, 0x10001f)->name, "tail");
	assert_string_equal(symbols_find(symbols, 0x100027)->name, "last one");
	assert_null(symbols_find(symbols, 0x100028));
	symbols_free(symbols);
	assert_null(read_list("", why));
	assert_null(read_list("100000 10\n", why));
	assert_null(read_list("100010 8 b\n100000 8 a\n", why));
	assert_non_null(strstr(why, "line 2"));
}

static void rounding_keeps_the_sum(void **state)
{
	uint64_t values[] = { 1499999, 500001, 0, 400000, 400000, 400000, 2000000 };
	uint64_t one[] = { 1499999 };
	uint64_t sum = 0, rounded = 0;
	(void)state;

	for (unsigned i = 0; i < 7; i++)
		sum += values[i];
	round_together(values, 7);
	for (unsigned i = 0; i < 7; i++)
		rounded += values[i];
	assert_int_equal(rounded, (sum + 500000) / 1000000);
	assert_int_equal(values[2], 0);
	assert_int_equal(values[6], 2);
	round_together(one, 1);
	assert_int_equal(one[0], 1);
	srand(1);
	for (unsigned round = 0; round < 1000; round++) {
		uint64_t many[50], before[50];

		sum = rounded = 0;
		for (unsigned i = 0; i < 50; i++)
			sum += before[i] = many[i] = (uint64_t)rand() % 5000000;
		round_together(many, 50);
		for (unsigned i = 0; i < 50; i++) {
			rounded += many[i];
			assert_true(many[i] >= before[i] / 1000000 && many[i] <= before[i] / 1000000 + 1);
		}
		assert_int_equal(rounded, (sum + 500000) / 1000000);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(functions_are_found, set_up),
		cmocka_unit_test_setup(another_image_is_told, set_up),
		cmocka_unit_test_setup(bad_files_are_refused, set_up),
		cmocka_unit_test_setup(lists_are_read, set_up),
		cmocka_unit_test(rounding_keeps_the_sum),
	};
	int descriptor = mkstemp(path);
	int status;

	if (descriptor < 0)
		return 1;
	close(descriptor);
	status = cmocka_run_group_tests(tests, NULL, NULL);
	unlink(path);
	return status;
}
