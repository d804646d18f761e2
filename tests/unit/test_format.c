/* SPDX-License-Identifier: MIT */
/* Tests text formatting (lib/format.c) against the C library. */
#include "tests/unit/support.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "output/console.h"

#define COUNT(array) (sizeof array / sizeof *array)

/* Requires format_string() and snprintf() to give the same text and result. */
#define assert_same(...)                                                               \
	do {                                                                           \
		char want[200], got[200];                                              \
		int length = snprintf(want, sizeof want, __VA_ARGS__);                 \
                                                                                       \
		assert_int_equal(format_string(got, sizeof got, __VA_ARGS__), length); \
		assert_string_equal(got, want);                                        \
	} while (0)

static void text_alone(void **state)
{
	(void)state;
	assert_same("%s", "");
	assert_same("plain");
	assert_same("100%% of it");
	assert_same("%%%%");
}

static void strings(void **state)
{
	static const char *const formats[] = {
		"%s", "%5s", "%-5s", "%1s", "%20s", "%-20s", "[%3s]", "[%-3s]"
	};
	static const char *const values[] = { "", "a", "abc", "abcde", "a longer one", "50%s" };
	(void)state;

	for (size_t f = 0; f < COUNT(formats); f++)
		for (size_t v = 0; v < COUNT(values); v++)
			assert_same(formats[f], values[v]);
	assert_same("%c%c%c", 'a', '%', 'z');
	assert_same("[%3c] [%-3c]", 'a', 'b');
	assert_same("%s %s", "one", "two");
}

static void ints(void **state)
{
	static const char *const formats[] = { "%d", "%5d", "%-5d", "%1d", "%12d", "%-12d" };
	static const int values[] = { 0, 1, -1, 42, -42, 99999, -99999, INT_MAX, INT_MIN };
	(void)state;

	for (size_t f = 0; f < COUNT(formats); f++)
		for (size_t v = 0; v < COUNT(values); v++)
			assert_same(formats[f], values[v]);
}

static void unsigned_ints(void **state)
{
	static const char *const formats[] = { "%u",  "%5u",  "%-5u", "%05u", "%x",
		                               "%5x", "%-5x", "%05x", "%08x", "%012x" };
	static const unsigned values[] = { 0, 1, 9, 10, 15, 16, 0xdead, 0x80000000, UINT_MAX };
	(void)state;

	for (size_t f = 0; f < COUNT(formats); f++)
		for (size_t v = 0; v < COUNT(values); v++)
			assert_same(formats[f], values[v]);
}

static void longs(void **state)
{
	static const char *const formats[] = { "%ld", "%25ld", "%-25ld" };
	static const char *const unsigned_formats[] = { "%lu",    "%lx", "%016lx", "%25lu",
		                                        "%-25lx", "%zu", "%zx" };
	static const long values[] = { 0, -1, 1L << 40, LONG_MAX, LONG_MIN };
	static const unsigned long unsigned_values[] = { 0, UINT_MAX, 1UL << 40, 0xffff800000000000,
		                                         UINT64_MAX };
	(void)state;

	for (size_t f = 0; f < COUNT(formats); f++)
		for (size_t v = 0; v < COUNT(values); v++)
			assert_same(formats[f], values[v]);
	for (size_t f = 0; f < COUNT(unsigned_formats); f++)
		for (size_t v = 0; v < COUNT(unsigned_values); v++)
			assert_same(unsigned_formats[f], unsigned_values[v]);
	/* Arguments of different sizes. */
	assert_same("%d %lu %x %ld", -1, UINT64_MAX, 0xfU, LONG_MIN);
}

static void zeros_after_the_sign(void **state)
{
	static const char *const formats[] = { "%05d", "%012d", "%-05d" };
	static const int values[] = { 0, 42, -42, INT_MIN };
	(void)state;

	for (size_t f = 0; f < COUNT(formats); f++)
		for (size_t v = 0; v < COUNT(values); v++)
			assert_same(formats[f], values[v]);
}

/* Checks that %p prints no "0x", unlike the %p of the C library. */
static void pointers(void **state)
{
	char text[40];
	(void)state;

	assert_int_equal(format_string(text, sizeof text, "%p", (void *)0xffff800000001000), 16);
	assert_string_equal(text, "ffff800000001000");
	format_string(text, sizeof text, "%p", NULL);
	assert_string_equal(text, "0");
}

/* Checks that an unknown conversion ends the text, since later arguments could be misread. */
static void unknown_letters(void **state)
{
	static const char *const formats[] = { "ab%", "ab%5", "ab%l", "ab%q %s", "ab%-0" };
	char text[40];
	(void)state;

	for (size_t f = 0; f < COUNT(formats); f++) {
		assert_int_equal(format_string(text, sizeof text, formats[f], NULL, NULL), 2);
		assert_string_equal(text, "ab");
	}
}

static void cut_short(void **state)
{
	static const char whole[] = "x = 12345, y = abc";
	(void)state;

	for (size_t size = 0; size <= sizeof whole + 2; size++) {
		char *text = guard_before(size); /* a write past `size` faults */
		size_t kept = size == 0 ? 0 : size < sizeof whole ? size - 1 : sizeof whole - 1;

		assert_int_equal(format_string(text, size, "x = %d, y = %s", 12345, "abc"), kept);
		if (size) {
			assert_memory_equal(text, whole, kept);
			assert_int_equal(text[kept], '\0');
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_alone), cmocka_unit_test(strings),
		cmocka_unit_test(ints),       cmocka_unit_test(unsigned_ints),
		cmocka_unit_test(longs),      cmocka_unit_test(zeros_after_the_sign),
		cmocka_unit_test(pointers),   cmocka_unit_test(unknown_letters),
		cmocka_unit_test(cut_short),
	};

	return cmocka_run_group_tests_name("format", tests, NULL, NULL);
}
