/* SPDX-License-Identifier: MIT */
/* Tests the message about dynamically linked programs (process/interpreter.c). */
#include "tests/unit/support.h"

#include <elf.h>
#include <stdio.h>
#include <string.h>

#include "process/interpreter.h"

#define SIZE 1024

static uint8_t *file; /* SIZE bytes that end at an inaccessible page */

/*
 * Makes an ELF file whose second program header is a PT_INTERP. The interpreter's path, of `length`
 * bytes, is at the end of the file.
 */
static void make_file(const char *interpreter, size_t length)
{
	Elf64_Ehdr header = {
		.e_ident = ELFMAG, .e_phoff = sizeof header, .e_phentsize = sizeof(Elf64_Phdr), .e_phnum = 2
	};
	Elf64_Phdr segments[2] = { { .p_type = PT_LOAD }, { .p_type = PT_INTERP } };

	file = guard_before(SIZE);
	header.e_ident[EI_CLASS] = ELFCLASS64;
	segments[1].p_offset = SIZE - length;
	segments[1].p_filesz = length;
	memset(file, 0, SIZE);
	memcpy(file, &header, sizeof header);
	memcpy(file + sizeof header, segments, sizeof segments);
	memcpy(file + SIZE - length, interpreter, length);
	console_said[0] = '\0';
}

static void the_interpreter_is_named(void **state)
{
	(void)state;
	make_file("/lib64/ld-linux-x86-64.so.2", 28);
	say_interpreter("/bin/h-dyn", file, SIZE);
	assert_string_equal(console_said,
	                    "/bin/h-dyn asks for the interpreter /lib64/ld-linux-x86-64.so.2, which is not "
	                    "offered: link it statically, or start it through the interpreter\n");
	say_interpreter("/bin/h-dyn", file, SIZE); /* the same program again is not reported */
	assert_null(strchr(strchr(console_said, '\n') + 1, '\n'));
}

static void what_is_printed_is_bounded(void **state)
{
	char name[1024], interpreter[600];
	(void)state;

	memset(name, 'n', sizeof name);
	name[sizeof name - 1] = '\0';
	memset(interpreter, '\033', sizeof interpreter); /* unprintable, without a NUL */
	make_file(interpreter, sizeof interpreter);
	say_interpreter(name, file, SIZE);
	assert_in_range(strlen(console_said), 200, 300);
	for (const char *c = console_said; c[1]; c++)
		assert_in_range(*c, ' ', '~');
	make_file("/x\n\033[2J\a", 9);
	say_interpreter("a\r\nb", file, SIZE);
	assert_true(strstr(console_said, "a??b asks for the interpreter /x??[2J?, which"));
}

static void damaged_files_say_nothing(void **state)
{
	const struct {
		size_t at, size;
		uint64_t value;
	} damage[] = {
		{ offsetof(Elf64_Ehdr, e_ident), 1, 0 },
		{ offsetof(Elf64_Ehdr, e_ident) + EI_CLASS, 1, ELFCLASS32 },
		{ offsetof(Elf64_Ehdr, e_phoff), 8, SIZE - 100 },
		{ offsetof(Elf64_Ehdr, e_phoff), 8, UINT64_MAX - 8 },
		{ offsetof(Elf64_Ehdr, e_phnum), 2, 0xffff },
		{ offsetof(Elf64_Ehdr, e_phentsize), 2, 0 },
		{ 64 + 56 + offsetof(Elf64_Phdr, p_offset), 8, SIZE + 1 },
		{ 64 + 56 + offsetof(Elf64_Phdr, p_offset), 8, UINT64_MAX },
		{ 64 + 56 + offsetof(Elf64_Phdr, p_filesz), 8, UINT64_MAX },
		{ 64 + 56 + offsetof(Elf64_Phdr, p_filesz), 8, 7 },
		{ 64 + 56 + offsetof(Elf64_Phdr, p_type), 4, PT_NOTE },
	};
	(void)state;

	for (size_t i = 0; i < sizeof damage / sizeof *damage; i++) {
		make_file("/ld.so", 6);
		memcpy(file + damage[i].at, &damage[i].value, damage[i].size);
		say_interpreter("damaged", file, SIZE);
		assert_string_equal(console_said, "");
	}
	make_file("/ld.so", 6);
	for (size_t size = 0; size < SIZE; size++) /* cut-off files */
		say_interpreter("cut", file, size);
	assert_string_equal(console_said, "");
}

/* Checks that the number of messages is limited, however many programs are started. */
static void programs_cannot_flood(void **state)
{
	unsigned lines = 0;
	(void)state;

	make_file("/ld.so", 7);
	for (unsigned i = 0; i < 1000; i++) {
		char name[16];

		sprintf(name, "%u", i % 500);
		say_interpreter(name, file, SIZE);
	}
	for (const char *c = console_said; *c; c++)
		lines += *c == '\n';
	assert_in_range(lines, 5, 17);
	assert_true(strstr(console_said, "more programs ask for an interpreter"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_interpreter_is_named),
		cmocka_unit_test(what_is_printed_is_bounded),
		cmocka_unit_test(damaged_files_say_nothing),
		cmocka_unit_test(programs_cannot_flood),
	};

	return cmocka_run_group_tests_name("interpreter", tests, NULL, NULL);
}
