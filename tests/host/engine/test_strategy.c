/* SPDX-License-Identifier: MIT */
/*
 * Tests how excluded combinations of STACK, LOADER and ISOLATION are refused. The list of
 * exclusions is the test's own, not the one in kernel/axes.txt.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/host/base/paths.h"
#include "strategies.h"

#undef EXCLUDED
#define EXCLUDED(X)                X("heap-*+window+*", "first reason") X("fixed-rsp0+self+shared", "second reason")

/* Renames what strategy.c defines, because the test is linked with the harness, which defines the
 * same names. */
#define strategy_valid             planted_valid
#define strategy_preset            planted_preset
#define strategy_parse             planted_parse
#define strategy_list_add          planted_list_add
#define strategy_list_add_all      planted_list_add_all
#define strategy_list_add_defaults planted_list_add_defaults
#define strategy_set_compiler      planted_set_compiler
#include "bench/host/engine/strategy.c"

static char why[200];

static const char *error_of(const char *name)
{
	struct strategy strategy;

	return strategy_parse(name, &strategy, why, sizeof why) ? why : "";
}

static void a_request_is_refused_with_the_reason(void **state)
{
	(void)state;
	assert_string_equal(error_of("heap-sw+window+shared"),
	                    "strategy 'heap-sw+window+shared': first reason");
	assert_string_equal(error_of("heap-rsp0+window+shared"),
	                    "strategy 'heap-rsp0+window+shared': first reason");
	assert_string_equal(error_of("fixed-rsp0+self+shared"),
	                    "strategy 'fixed-rsp0+self+shared': second reason");
	assert_string_equal(error_of("heap-sw+random+shared"), "");
	assert_string_equal(error_of("fixed-ist+window+shared"), "");
	assert_string_equal(error_of("window"), "");
	assert_non_null(strstr(error_of("heap-sw+windows+shared"), "unknown loader 'windows'"));
}

/* Returns the number of combinations that strategy_parse() accepts. */
static size_t accepted(void)
{
	size_t count = 0;

	for (size_t s = 0; stacks[s]; s++)
		for (size_t l = 0; loaders[l]; l++)
			for (size_t i = 0; isolations[i]; i++) {
				char build[60];

				snprintf(build, sizeof build, "%s+%s+%s", stacks[s], loaders[l],
				         isolations[i]);
				count += !*error_of(build);
			}
	return count;
}

/*
 * strategy_list_add_all() adds the output of `make list-strategies`. The test makes a tree whose
 * Makefile prints all combinations that the test's own list does not exclude.
 */
static void all_leaves_out_what_is_excluded(void **state)
{
	static char tree[] = "/tmp/palimpsest-test-XXXXXX";
	char repository[PATH_MAX], path[PATH_MAX];
	struct strategy_list list = { 0 };
	FILE *out;
	(void)state;

	assert_non_null(getcwd(repository, sizeof repository));
	assert_non_null(mkdtemp(tree));
	path_format(path, sizeof path, "%s/Makefile", tree);
	out = fopen(path, "w");
	assert_non_null(out);
	fprintf(out,
	        "list-strategies:\n\t@{ grep -v '^excluded' '%s/kernel/axes.txt';"
	        " echo 'excluded heap-*+window+* first reason';"
	        " echo 'excluded fixed-rsp0+self+shared second reason'; } |"
	        " awk -v show=combinations -f '%s/kernel/axes.awk'\n",
	        repository, repository);
	fclose(out);
	snprintf((char *)path_root(), PATH_MAX, "%s", tree);
	assert_int_equal(strategy_list_add_all(&list, why, sizeof why), 0);
	assert_int_equal(list.count, accepted());
	for (size_t i = 0; i < list.count; i++)
		assert_string_equal(error_of(list.item[i].build), "");
	unlink(path);
	rmdir(tree);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_is_refused_with_the_reason),
		cmocka_unit_test(all_leaves_out_what_is_excluded),
	};

	return cmocka_run_group_tests_name("strategy", tests, NULL, NULL);
}
