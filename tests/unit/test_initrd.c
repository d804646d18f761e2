/* SPDX-License-Identifier: MIT */
/* Tests the reader of the level-1 environment's initrd (boot/level1/initrd.h). */
#include "tests/unit/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boot/level1/initrd.h"

static char archive[4096];
static size_t used;

static void put(const char *name, const char *contents)
{
	const size_t size = strlen(contents), name_size = strlen(name) + 1;

	used += (size_t)sprintf(archive + used,
	                        "070701%08X%08X%08X%08X%08X%08X%08lX%08X%08X%08X%08X%08lX%08X", 1, 0100644, 0,
	                        0, 1, 0, size, 0, 0, 0, 0, name_size, 0);
	memcpy(archive + used, name, name_size);
	used = INITRD_ALIGN(used + name_size);
	memcpy(archive + used, contents, size);
	used = INITRD_ALIGN(used + size);
}

static void make_archive(void)
{
	memset(archive, 0, sizeof archive);
	used = 0;
	put("boot/hello", "abcde");
	put("Tempty", "");
	put("sys/core", "0123456789abcdef");
	put("TRAILER!!!", "");
}

static void all_files(void **state)
{
	static const char *const names[] = { "boot/hello", "Tempty", "sys/core" };
	static const char *const contents[] = { "abcde", "", "0123456789abcdef" };
	struct initrd_file file;
	size_t at = 0;

	(void)state;
	make_archive();
	for (unsigned i = 0; i < 3; i++) {
		assert_true(initrd_next((const uint8_t *)archive, used, &at, &file));
		assert_string_equal(file.name, names[i]);
		assert_int_equal(file.size, strlen(contents[i]));
		assert_memory_equal(file.data, contents[i], file.size);
	}
	assert_false(initrd_next((const uint8_t *)archive, used, &at, &file));
}

/* Each archive has memory of exactly its size, so the sanitizer finds a read past its end. */
static void cut_short(void **state)
{
	(void)state;
	make_archive();
	for (size_t size = 0; size < used; size++) {
		uint8_t *copy = malloc(size ? size : 1);
		struct initrd_file file;

		assert_non_null(copy);
		memcpy(copy, archive, size);
		for (size_t at = 0; initrd_next(copy, size, &at, &file);)
			assert_true(strlen(file.name) < size && file.data + file.size <= copy + size);
		free(copy);
	}
}

static void name_without_end(void **state)
{
	struct initrd_file file;
	size_t at = 0;

	(void)state;
	make_archive();
	archive[INITRD_HEADER + strlen("boot/hello")] = 'x';
	assert_false(initrd_next((const uint8_t *)archive, used, &at, &file));
}

/* Other formats of cpio archives begin with other digits. */
static void other_format(void **state)
{
	struct initrd_file file;
	size_t at = 0;

	(void)state;
	make_archive();
	archive[5] = '7';
	assert_false(initrd_next((const uint8_t *)archive, used, &at, &file));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_files),
		cmocka_unit_test(cut_short),
		cmocka_unit_test(name_without_end),
		cmocka_unit_test(other_format),
	};

	return cmocka_run_group_tests_name("initrd", tests, NULL, NULL);
}
