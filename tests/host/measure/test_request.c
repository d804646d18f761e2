/* SPDX-License-Identifier: MIT */
/* Tests the options of `measure`, and the symbols of a kernel. The test's own executable stands for
 * the kernel. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/host/measure/kernel_symbols.h"
#include "bench/host/measure/request.h"

static char why[OPTION_WHY_MAX];
static struct request request;

static int parse(const char *const words[])
{
	char *argv[40] = { (char *)(uintptr_t) "measure" };
	int argc = 1;

	for (; words[argc - 1]; argc++)
		argv[argc] = (char *)(uintptr_t)words[argc - 1];
	return request_parse(&request, argc, argv, why);
}

#define PARSE(...) parse((const char *const[]){ __VA_ARGS__, NULL })

static void good(void **state)
{
	(void)state;
	assert_int_equal(PARSE("--kernel", "k.elf", "--initrd", "i", "--region", "read=sys_read", "--region",
	                       "a.b-c=x", "--until", "done", "--instructions", "5", "--memory", "64"),
	                 0);
	assert_string_equal(request.symbols, "k.elf");
	assert_int_equal(request.regions, 2);
	assert_string_equal(request.region[0].name, "read");
	assert_string_equal(request.region[0].text, "sys_read");
	assert_string_equal(request.region[1].name, "a.b-c");
	assert_string_equal(request.until, "done");
	assert_int_equal(request.instructions, 5);
	assert_int_equal(request.memory, 64);
	assert_null(request.profile);
	assert_string_equal(request_boots(&request), "k.elf");
	assert_int_equal(PARSE("--disk", "a", "--disk", "b", "--user-entry", "--until", "done"), 0);
	assert_int_equal(request.disks, 2);
	assert_string_equal(request_boots(&request), "a");
	assert_int_equal(PARSE("--disk", "a", "--iso", "i", "--user-entry", "--until", "done"), 0);
	assert_string_equal(request_boots(&request), "i");
}

static void wrong(void **state)
{
	static const struct {
		const char *words[9], *reason;
	} cases[] = {
		{ { "--symbols", "s", "--region", "a=b", "--until", "x" }, "what is to be booted" },
		{ { "--kernel", "k", "--until", "x" }, "what is to be measured" },
		{ { "--kernel", "k", "--region", "a=b" }, "when does the run end" },
		{ { "--iso", "i", "--region", "a=b", "--until", "x" }, "--symbols" },
		{ { "--iso", "i", "--region", "a=0x1..b", "--until", "x" }, "--symbols" },
		{ { "--iso", "i", "--kernel", "k", "--symbols", "s", "--region", "a=b" },
		  "exclude each other" },
		{ { "--disk", "d", "--region", "a=b", "--until", "x" }, "--symbols" },
		{ { "--disk", "a", "--disk", "b", "--disk", "c" }, "more than 2 disks" },
		{ { "--region", "a" }, "NAME=FUNCTION is needed" },
		{ { "--region", "a b=c" }, "may have letters" },
		{ { "--region", "a=b", "--region", "a=c" }, "two regions of this name" },
		{ { "--until", "" }, "a text of one line" },
		{ { "--instructions", "0" }, "a number from 1" },
		{ { "--instructions", "1e9" }, "a number from 1" },
		{ { "--memory", "1" }, "a number from 4" },
		{ { "--offset", "-1" }, "a number of at most 64 bits" },
		{ { "--kernel", "k", "--append", "a|b" }, "'|'" },
		{ { "--kernel", "k", "--append", "a&b" }, "'&'" },
		{ { "--kernel", "k", "--append", "<a" }, "'<'" },
		{ { "--kernel", "k", "--append", "a>b" }, "'>'" },
		{ { "--kernel", "k", "--append", "#a" }, "'#'" },
		{ { "--kernel" }, "needs a value" },
		{ { "--strategy", "heap" }, "unknown option '--strategy'" },
		{ { "kernel.elf" }, "'kernel.elf' is not an option" },
	};
	(void)state;

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		assert_int_equal(parse(cases[i].words), -1);
		if (!strstr(why, cases[i].reason))
			fail_msg("%s", why);
	}
}

static void addresses(void **state)
{
	static const char *const bad[] = { "",
		                           "-1",
		                           "+1",
		                           " 1",
		                           "1 ",
		                           "0x",
		                           "0xg",
		                           "1a",
		                           "x1",
		                           "0x1g",
		                           "18446744073709551616",
		                           "0x10000000000000000" };
	uint64_t value;
	(void)state;

	assert_true(option_address("0xffffffff80100000", &value) && value == 0xffffffff80100000);
	assert_true(option_address("0x0", &value) && value == 0);
	assert_true(option_address("4096", &value) && value == 4096);
	assert_true(option_address("010", &value) && value == 10); /* not octal */
	assert_true(option_address("18446744073709551615", &value) && value == UINT64_MAX);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (option_address(bad[i], &value))
			fail_msg("'%s'", bad[i]);
}

static void places(void **state)
{
	static const char *const bad[] = {
		"..",  "a..",   "..b", "a+",   "a+x",  "+5",     "0x",
		"0xg", "a..b+", "",    "a+-1", "a+ 1", "a..0x0", "a+0x10000000000000000"
	};
	struct request_place place[2];
	(void)state;

	assert_int_equal(request_places("sys_read", place), 1);
	assert_string_equal(place[0].symbol, "sys_read");
	assert_int_equal(place[0].offset, 0);
	assert_int_equal(request_places("a.b+0x1c..0xffffffff80100000", place), 2);
	assert_string_equal(place[0].symbol, "a.b");
	assert_int_equal(place[0].offset, 0x1c);
	assert_string_equal(place[1].symbol, "");
	assert_true(place[1].offset == 0xffffffff80100000);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(request_places(bad[i], place), 0);
}

static void own_symbols(void **state)
{
	char reason[SYMBOLS_TEXT_MAX], near[200];
	struct kernel_symbols *symbols = kernel_symbols_read("/proc/self/exe", reason);
	const struct kernel_symbol *symbol;
	uint8_t code[16];
	size_t count;
	(void)state;

	/* /proc/self/exe leads to the file of this test, whose size is known. */
	assert_non_null(symbols);
	symbol = kernel_symbols_find(symbols, "request_parse", &count);
	assert_non_null(symbol);
	assert_int_equal(count, 1);
	assert_true(symbol->size > 100);
	assert_int_equal(kernel_symbols_code(symbols, symbol->address, code, sizeof code), sizeof code);
	assert_memory_equal(code, (const void *)(uintptr_t)request_parse, sizeof code);
	assert_int_equal(kernel_symbols_code(symbols, 1, code, 0), 0);
	assert_null(kernel_symbols_find(symbols, "request_prase", &count));
	kernel_symbols_nearest(symbols, "request_prase", near, sizeof near);
	assert_true(strncmp(near, "request_parse, ", 15) == 0);
	kernel_symbols_free(symbols);
}

static void symbols_of_a_text(void **state)
{
	static const char text[] = "ffffffff81000000 T _text\nffffffff81000100 t start [module]\n"
	                           "ffffffff81000180 0000000000000010 T sized\n                 U undefined\n"
	                           "ffffffff81000200 d data\n\nffffffff81000300 W weak\n";
	char path[] = "/tmp/test_request_XXXXXX", reason[SYMBOLS_TEXT_MAX];
	const struct kernel_symbol *symbol;
	struct kernel_symbols *symbols;
	int file = mkstemp(path);
	uint8_t code[4];
	size_t count;
	(void)state;

	assert_int_equal(write(file, text, sizeof text - 1), sizeof text - 1);
	close(file);
	symbols = kernel_symbols_read(path, reason);
	unlink(path);
	assert_non_null(symbols);
	symbol = kernel_symbols_find(symbols, "start", &count);
	assert_true(symbol && symbol->address == 0xffffffff81000100 && symbol->size == 0x80);
	symbol = kernel_symbols_find(symbols, "sized", &count);
	assert_true(symbol && symbol->size == 0x10);
	assert_null(kernel_symbols_find(symbols, "data", &count));
	assert_null(kernel_symbols_find(symbols, "undefined", &count));
	kernel_symbols_move(symbols, 0x1000);
	symbol = kernel_symbols_find(symbols, "weak", &count);
	assert_true(symbol && symbol->address == 0xffffffff81001300);
	assert_int_equal(kernel_symbols_code(symbols, symbol->address, code, sizeof code), 0);
	kernel_symbols_free(symbols);
}

/* A move by which addresses pass 2^64 changes their order. */
static void symbols_moved_past_the_end(void **state)
{
	static const char text[] = "fffffffffffff000 T high\n1000 T low\n";
	char path[] = "/tmp/test_request_XXXXXX", reason[SYMBOLS_TEXT_MAX], written[100] = "";
	int file = mkstemp(path);
	struct kernel_symbols *symbols;
	(void)state;

	assert_int_equal(write(file, text, sizeof text - 1), sizeof text - 1);
	symbols = kernel_symbols_read(path, reason);
	assert_non_null(symbols);
	kernel_symbols_move(symbols, 0x1800);
	assert_int_equal(kernel_symbols_write(symbols, path), 0);
	assert_true(pread(file, written, sizeof written - 1, 0) > 0);
	assert_string_equal(written, "800 0 high\n2800 0 low\n");
	kernel_symbols_free(symbols);
	close(file);
	unlink(path);
}

static void damaged_symbols(void **state)
{
	static const char text[] = "1000 T a\n\0garbage\n";
	static const char class0[64] = "\177ELF\0\1\1";
	char path[] = "/tmp/test_request_XXXXXX", reason[SYMBOLS_TEXT_MAX];
	int file = mkstemp(path);
	(void)state;

	assert_int_equal(write(file, text, sizeof text - 1), sizeof text - 1);
	assert_null(kernel_symbols_read(path, reason));
	assert_non_null(strstr(reason, "a byte of 0"));
	assert_int_equal(pwrite(file, class0, sizeof class0, 0), sizeof class0);
	close(file);
	assert_null(kernel_symbols_read(path, reason));
	unlink(path);
	assert_non_null(strstr(reason, "neither an ELF file"));
}

static void no_symbols(void **state)
{
	char reason[SYMBOLS_TEXT_MAX];
	(void)state;

	assert_null(kernel_symbols_read("/nowhere", reason));
	assert_non_null(strstr(reason, "/nowhere: the symbols cannot be read: No such file"));
	assert_null(kernel_symbols_read("/etc/passwd", reason));
	assert_non_null(strstr(reason, "neither an ELF file nor a text"));
	assert_null(kernel_symbols_read("/bin/true", reason));
	assert_non_null(strstr(reason, "it has no symbols (it was stripped)"));
}

static void kinds(void **state)
{
	(void)state;
	assert_int_equal(PARSE("--kernel", "k", "--region", "a=main", "--as", "exec", "--region", "b=x",
	                       "--until", "x"),
	                 0);
	assert_string_equal(request.region[0].kind->benchmark, "exec.execve.path");
	assert_null(request.region[1].kind);
	assert_int_equal(PARSE("--kernel", "k", "--as", "exec", "--region", "a=main", "--until", "x"), -1);
	assert_non_null(strstr(why, "must follow"));
	assert_int_equal(PARSE("--kernel", "k", "--region", "a=main", "--as", "fork", "--until", "x"), -1);
	assert_non_null(strstr(why, "exec, irq, syscall, fault"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good),
		cmocka_unit_test(kinds),
		cmocka_unit_test(wrong),
		cmocka_unit_test(addresses),
		cmocka_unit_test(places),
		cmocka_unit_test(own_symbols),
		cmocka_unit_test(symbols_of_a_text),
		cmocka_unit_test(symbols_moved_past_the_end),
		cmocka_unit_test(damaged_symbols),
		cmocka_unit_test(no_symbols),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
