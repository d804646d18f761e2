/* SPDX-License-Identifier: MIT */
/* Tests the functions on memory and strings (lib/string.c) against the C library. */
#include "tests/unit/support.h"

#include <string.h>

#include "lib/string.h"

/* The kernel's functions. unit.mk compiles them with the prefix kernel_. */
void *kernel_memset(void *to, int value, size_t size);
void *kernel_memcpy(void *restrict to, const void *restrict from, size_t size);
void *kernel_memmove(void *to, const void *from, size_t size);
int kernel_memcmp(const void *a, const void *b, size_t size);
size_t kernel_strlen(const char *s);
int kernel_strcmp(const char *a, const char *b);
int kernel_strncmp(const char *a, const char *b, size_t size);

#define ROOM 96

static void number_bytes(uint8_t *bytes)
{
	for (size_t i = 0; i < ROOM; i++)
		bytes[i] = (uint8_t)(i * 37 + 5);
}

static void memory_blocks(void **state)
{
	uint8_t from[ROOM], got[ROOM], want[ROOM];
	(void)state;

	number_bytes(from);
	for (size_t at = 0; at < 17; at++) {
		for (size_t size = 0; size < 70; size++) {
			number_bytes(got);
			number_bytes(want);
			assert_ptr_equal(kernel_memset(got + at, 0x1a5, size), got + at);
			memset(want + at, 0x1a5, size);
			assert_memory_equal(got, want, ROOM);

			assert_ptr_equal(kernel_memcpy(got + 3, from + at, size), got + 3);
			memcpy(want + 3, from + at, size);
			assert_memory_equal(got, want, ROOM);

			zero_bytes(got + at, size);
			memset(want + at, 0, size);
			assert_memory_equal(got, want, ROOM);
		}
	}
}

static void overlapping_blocks(void **state)
{
	uint8_t got[ROOM], want[ROOM];
	(void)state;

	for (size_t to = 0; to < 30; to++) {
		for (size_t from = 0; from < 30; from++) {
			for (size_t size = 0; size < 60; size++) {
				number_bytes(got);
				number_bytes(want);
				assert_ptr_equal(kernel_memmove(got + to, got + from, size), got + to);
				memmove(want + to, want + from, size);
				assert_memory_equal(got, want, ROOM);
			}
		}
	}
}

static void pages(void **state)
{
	uint8_t *room = guard_after();
	(void)state;

	memset(room, 1, 4 * PAGE_SIZE);
	zero_pages(room + PAGE_SIZE, 2);
	for (size_t i = 0; i < 4 * PAGE_SIZE; i++)
		assert_int_equal(room[i], i / PAGE_SIZE == 0 || i / PAGE_SIZE == 3);
}

static int sign(int value)
{
	return (value > 0) - (value < 0);
}

static void comparisons(void **state)
{
	static const char *const words[] = { "", "a", "ab", "abc", "abd", "b", "\x80", "a\xff", "a\x01" };
	(void)state;

	for (size_t i = 0; i < 9; i++) {
		assert_int_equal(kernel_strlen(words[i]), strlen(words[i]));
		for (size_t j = 0; j < 9; j++) {
			const char *a = words[i], *b = words[j];
			size_t both = strlen(a) < strlen(b) ? strlen(a) : strlen(b);

			assert_int_equal(sign(kernel_strcmp(a, b)), sign(strcmp(a, b)));
			assert_int_equal(sign(kernel_memcmp(a, b, both)), sign(memcmp(a, b, both)));
			for (size_t size = 0; size < 5; size++)
				assert_int_equal(sign(kernel_strncmp(a, b, size)), sign(strncmp(a, b, size)));
		}
	}
	assert_true(kernel_memcmp("a\0b", "a\0c", 4) < 0);
	assert_int_equal(kernel_strcmp("same", "same"), 0);
}

static void copies_with_truncation(void **state)
{
	static const char from[] = "palimpsest";
	(void)state;

	for (size_t size = 0; size <= sizeof from + 2; size++) {
		char *to = guard_before(size);
		size_t kept = size < sizeof from ? size - 1 : sizeof from - 1;

		assert_int_equal(string_copy(to, from, size), size ? kept : 0);
		if (size) {
			assert_memory_equal(to, from, kept);
			assert_int_equal(to[kept], '\0');
		}
	}
}

static void globs(void **state)
{
	static const struct {
		const char *text, *glob;
		bool matches;
	} cases[] = {
		{ "", "", true },
		{ "", "*", true },
		{ "", "**", true },
		{ "", "?", false },
		{ "", "a", false },
		{ "a", "", false },
		{ "a", "?", true },
		{ "a", "*", true },
		{ "ab", "?", false },
		{ "ab", "??", true },
		{ "ab", "a", false },
		{ "a", "ab", false },
		{ "exec.load", "exec.load", true },
		{ "exec.load", "exec.*", true },
		{ "exec.load", "exec*load", true },
		{ "exec.load", "*load", true },
		{ "exec.load", "*.*", true },
		{ "exec.load", "*exec.load*", true },
		{ "exec.load", "exec.load?", false },
		{ "exec.load", "exec.*x", false },
		{ "exec.load", "tlb.*", false },
		{ "exec.load", "e?ec.l*d", true },
		{ "aaab", "*ab", true },       /* after the first "a" comes no "b" */
		{ "abcabcabd", "*abd", true }, /* after the first two "ab" comes no "d" */
		{ "abcabcabd", "*abc?bd", true },
		{ "mississippi", "m*iss*ip*", true },
		{ "mississippi", "m*iss*ipp", false },
		{ "mississippi", "*i*i*i*i*", true },
		{ "mississippi", "*i*i*i*i*i*", false },
		{ "a?b", "a?b", true },
	};
	(void)state;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		if (string_matches(cases[i].text, cases[i].glob) != cases[i].matches)
			fail_msg("'%s' and '%s'", cases[i].text, cases[i].glob);
}

/* Matches by the definition of a glob. Takes exponential time in the number of stars. */
static bool matches_by_definition(const char *text, const char *glob)
{
	if (*glob == '*')
		return matches_by_definition(text, glob + 1) ||
		       (*text && matches_by_definition(text + 1, glob));
	if (!*text || !*glob)
		return *text == *glob;
	return (*glob == '?' || *glob == *text) && matches_by_definition(text + 1, glob + 1);
}

static void random_globs(void **state)
{
	size_t matched = 0;
	(void)state;

	random_start(5);
	for (unsigned round = 0; round < 200000; round++) {
		char text[12] = "", glob[8] = "";

		for (size_t i = random_below(sizeof text); i-- > 0;)
			text[i] = "ab"[random_below(2)];
		for (size_t i = random_below(sizeof glob); i-- > 0;)
			glob[i] = "ab?**"[random_below(5)];
		if (string_matches(text, glob) != matches_by_definition(text, glob))
			fail_msg("'%s' and '%s'", text, glob);
		matched += string_matches(text, glob);
	}
	assert_in_range(matched, 10000, 190000);
}

static void numbers(void **state)
{
	(void)state;
	assert_int_equal(string_to_number(""), 0);
	assert_int_equal(string_to_number("0"), 0);
	assert_int_equal(string_to_number("7"), 7);
	assert_int_equal(string_to_number("007"), 7);
	assert_int_equal(string_to_number("123456789"), 123456789);
	assert_int_equal(string_to_number("18446744073709551615"), UINT64_MAX);
	assert_int_equal(string_to_number("12ab"), 12);
	assert_int_equal(string_to_number("12 13"), 12);
	assert_int_equal(string_to_number("-1"), 0);
	assert_int_equal(string_to_number("x"), 0);
	assert_int_equal(string_to_number("0x"), 0);
	assert_int_equal(string_to_number("0xg"), 0);
	assert_int_equal(string_to_number("0xff"), 255);
	assert_int_equal(string_to_number("0XaBcDeF"), 0xabcdef);
	assert_int_equal(string_to_number("0xffffffffffffffff"), UINT64_MAX);
	assert_int_equal(string_to_number("0x1:"), 1);
	assert_int_equal(string_to_number("0x1@"), 1);
	assert_int_equal(string_to_number("0x1`"), 1);
	assert_int_equal(string_to_number("0x1\xe1"), 1);
	assert_int_equal(string_to_number("ff"), 0);
}

static void text_of_others_is_shown(void **state)
{
	static const struct {
		const char *from;
		size_t length, size;
		const char *shown;
	} cases[] = {
		{ "/lib/ld.so", 11, 80, "/lib/ld.so" },
		{ "/lib/ld.so", 4, 80, "/lib" },
		{ "a\033[2J\n\177\200b~ ", 12, 80, "a?[2J???b~ " },
		{ "", 0, 80, "" },
		{ "abc", 3, 0, "" },
		{ "abc", 3, 1, "" },
		{ "abcdefgh", 8, 9, "abcdefgh" },
		{ "abcdefgh", 8, 8, "abcd..." },
		{ "abcdefgh", 8, 4, "..." },
		{ "abcdefgh", 8, 3, "ab" },
	};
	(void)state;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *to = guard_before(cases[i].size);
		char *from = guard_before(0); /* the text will end here, at an inaccessible page */

		from -= cases[i].length;
		if (cases[i].size + cases[i].length > 0 && cases[i].size) {
			char copy[80];

			memcpy(from, cases[i].from, cases[i].length);
			string_show(copy, cases[i].size, from, cases[i].length);
			assert_string_equal(copy, cases[i].shown);
			string_show(to, cases[i].size, cases[i].from, cases[i].length);
			assert_string_equal(to, cases[i].shown);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_of_others_is_shown),
		cmocka_unit_test(memory_blocks),
		cmocka_unit_test(overlapping_blocks),
		cmocka_unit_test(pages),
		cmocka_unit_test(comparisons),
		cmocka_unit_test(copies_with_truncation),
		cmocka_unit_test(globs),
		cmocka_unit_test(random_globs),
		cmocka_unit_test(numbers),
	};

	return cmocka_run_group_tests_name("string", tests, NULL, NULL);
}
