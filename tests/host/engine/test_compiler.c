/* SPDX-License-Identifier: MIT */
/* Tests the names of compilers, the folders of their images, and how images name their compiler. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "bench/host/engine/compiler.h"
#include "bench/host/engine/strategy.h"

static char why[300];

static void names(void **state)
{
	struct compiler_list list;
	char program[COMPILER_NAME_MAX];
	(void)state;

	assert_int_equal(compiler_list_parse(&list, "gcc-O2,clang,gcc,clang-14-Os,gcc-O3", why, sizeof why),
	                 0);
	assert_int_equal(list.count, 4);
	assert_string_equal(list.name[0], "gcc-O2");
	assert_string_equal(list.name[1], "clang-O2");
	assert_string_equal(list.name[2], "clang-14-Os");
	assert_string_equal(list.name[3], "gcc-O3");
	assert_string_equal(list.name[0], compiler_default);
	compiler_program(program, list.name[2]);
	assert_string_equal(program, "clang-14");
}

static void wrong_names(void **state)
{
	static const char *const bad[] = {
		"",          ",",          "gcc,",      "-O2",
		"gcc-O9",    "gcc -O2",    "icc-O2",    "tcc",
		"../gcc-O2", "gcc@x",      "gcc-O2-O3", "clang+O2",
		"GCC",       "gcc;reboot", "gcc-$x",    "clang-with-a-name-that-is-too-long-for-it"
	};
	struct compiler_list list;
	(void)state;

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		why[0] = '\0';
		assert_int_equal(compiler_list_parse(&list, bad[i], why, sizeof why), -1);
		assert_non_null(strstr(why, "unknown compiler '"));
	}
	assert_int_equal(compiler_list_parse(&list, "gcc-1,gcc-2,gcc-3,gcc-4,gcc-5,gcc-6,gcc-7,gcc-8", why,
	                                     sizeof why),
	                 0);
	assert_int_equal(compiler_list_parse(&list, "gcc-1,gcc-2,gcc-3,gcc-4,gcc-5,gcc-6,gcc-7,gcc-8,gcc-9",
	                                     why, sizeof why),
	                 -1);
}

static void folders(void **state)
{
	struct strategy strategy;
	(void)state;

	assert_int_equal(strategy_parse("window", &strategy, why, sizeof why), 0);
	assert_string_equal(strategy.folder, "fixed-ist+window+shared");
	strategy_set_compiler(&strategy, "clang-Os");
	assert_string_equal(strategy.folder, "fixed-ist+window+shared@clang-Os");
	assert_string_equal(strategy.build, "fixed-ist+window+shared");
	strategy_set_compiler(&strategy, "gcc-O2");
	assert_string_equal(strategy.folder, "fixed-ist+window+shared");
}

static void what_images_report(void **state)
{
	(void)state;
	assert_true(compiler_made("gcc-O2", "gcc-12.2.0"));
	assert_true(compiler_made("gcc-13-O2", "gcc-13.1.0"));
	assert_true(compiler_made("gcc-Os", "gcc-12.2.0-Os"));
	assert_true(compiler_made("clang-O2", "clang-14.0.6"));
	assert_true(compiler_made("clang-14-O3", "clang-14.0.6-O3"));
	assert_false(compiler_made("gcc-O2", "clang-14.0.6"));
	assert_false(compiler_made("clang-O2", "gcc-12.2.0"));
	assert_false(compiler_made("gcc-O2", "gcc-12.2.0-Os"));
	assert_false(compiler_made("gcc-Os", "gcc-12.2.0"));
	assert_false(compiler_made("gcc-Os", "gcc-12.2.0-O3"));
	assert_false(compiler_made("gcc-O2", ""));
}

static void what_is_installed(void **state)
{
	(void)state;
	assert_true(compiler_is_installed("gcc-O2"));
	assert_false(compiler_is_installed("gcc-0.0-O2"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(wrong_names),
		cmocka_unit_test(folders),
		cmocka_unit_test(what_images_report),
		cmocka_unit_test(what_is_installed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
