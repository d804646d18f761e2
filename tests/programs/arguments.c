/* SPDX-License-Identifier: MIT */
/*
 * usage: arguments KIND
 * Tests many and long arguments of execve(). The child processes run this program again and check
 * the arguments that have arrived. The exit status is 0 if all is as in Linux, otherwise the line
 * of the failed check modulo 256.
 */
#include "bench/programs/check.h"

#include "lib/errno.h"

#define NAME        "arguments"
#define SCRIPT      "/tmp/arguments-script"
#define STRING_MAX  (128 * KIB)            /* bytes of a string, with its NUL (MAX_ARG_STRLEN) */
#define ALL_MAX     (USER_STACK_LIMIT / 4) /* bytes of all strings and pointers together */
#define STRINGS_MAX 20000

static const char *argv[STRINGS_MAX + 1], *envp[STRINGS_MAX + 1];
static char *text; /* more than ALL_MAX bytes */

static size_t length_of(const char *string)
{
	size_t n = 0;

	while (string[n])
		n++;
	return n;
}

static char *memory(size_t size)
{
	return (char *)call6(SYS_mmap, 0, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, ~0UL, 0);
}

static void fill(char *to, char c, size_t n)
{
	while (n--)
		*to++ = c;
}

/*
 * Makes the strings list[from] … list[from + count - 1] at `at`, and a NULL after them. The index
 * of a string determines its length and its letter. Returns the address after the last string.
 */
static char *make_strings(const char **list, size_t from, size_t count, char *at)
{
	for (size_t i = from; i < from + count; i++) {
		list[i] = at;
		fill(at, (char)('a' + i % 26), i % 60);
		at[i % 60] = '\0';
		at += i % 60 + 1;
	}
	list[from + count] = NULL;
	return at;
}

static int are_right(char **list, size_t from, size_t count)
{
	for (size_t i = from; i < from + count; i++) {
		if (!list[i] || length_of(list[i]) != i % 60)
			return 0;
		for (size_t j = 0; j < i % 60; j++)
			if (list[i][j] != (char)('a' + i % 26))
				return 0;
	}
	return list[from + count] == NULL;
}

static long run(const char *name)
{
	long pid = fork();

	if (pid == 0) {
		call(SYS_execve, (uintptr_t)name, (uintptr_t)argv, (uintptr_t)envp);
		leave(99);
	}
	return status_of(pid) >> 8;
}

/*
 * The command line of a child is `arguments arrived ARGV-COUNT ENVP-COUNT STRING…`. A count is in
 * hexadecimal with the digits `a` (0) to `p` (15).
 */
static size_t number_of(const char *letters)
{
	size_t n = 0;

	while (*letters)
		n = n * 16 + (size_t)(*letters++ - 'a');
	return n;
}

static void put_number(char *to, size_t n)
{
	for (int i = 4; i >= 0; i--, n /= 16)
		to[i] = (char)('a' + n % 16);
	to[5] = '\0';
}

enum { AT_PAGESZ = 6, AT_ENTRY = 9, AT_PLATFORM = 15, AT_RANDOM = 25, AT_EXECFN = 31, AT_MINSIGSTKSZ = 51 };

/* Returns the value of an entry of the auxiliary vector, or 0. */
static uint64_t entry_of(const uint64_t *vector, uint64_t type)
{
	while (vector[0] && vector[0] != type)
		vector += 2;
	return vector[0] ? vector[1] : 0;
}

/*
 * Checks the auxiliary vector of a program that was started as `file_name` (man 3 getauxval).
 * Returns 0, or the line of the failed check.
 */
static int vector_is_right(const uint64_t *vector, const char *file_name)
{
	const uint8_t *bytes = (const uint8_t *)entry_of(vector, AT_RANDOM);
	const struct {
		const char *base;
		uint64_t flags, size;
	} least = { text, 0, entry_of(vector, AT_MINSIGSTKSZ) }, none = { 0, 2, 0 };

	CHECK(bytes && (bytes[0] | bytes[1] | bytes[2] | bytes[3]));
	CHECK(entry_of(vector, AT_ENTRY) >= 0x400000 && entry_of(vector, AT_PAGESZ) == PAGE_SIZE);
	CHECK(entry_of(vector, AT_EXECFN) && equal((const char *)entry_of(vector, AT_EXECFN), file_name));
	CHECK(entry_of(vector, AT_PLATFORM) && equal((const char *)entry_of(vector, AT_PLATFORM), "x86_64"));
	CHECK(least.size >= 2048 && call(SYS_sigaltstack, (uintptr_t)&least, 0, 0) == 0);
	CHECK(call(SYS_sigaltstack, (uintptr_t)&none, 0, 0) == 0);
	return 0;
}

static int arrived(int argc, char **list, const char *file_name)
{
	const size_t count = number_of(list[2]), environment = number_of(list[3]);
	const uint64_t *vector = (const uint64_t *)&list[argc + 1 + (long)environment + 1];
	int line;

	CHECK(argc == (int)count + 4);
	CHECK(are_right(list, 4, count));
	CHECK(are_right(list + argc + 1, 0, environment));
	CHECK((uintptr_t)(list - 1) % 16 == 0);
	line = vector_is_right(vector, file_name);
	if (line)
		return line;
	fill(__builtin_alloca(100 * KIB), 'x', 100 * KIB); /* there must be this much stack */
	return 0;
}

static long run_with(const char *name, size_t count, size_t environment)
{
	static char numbers[2][6];
	char *end;

	argv[0] = NAME;
	argv[1] = "arrived";
	argv[2] = numbers[0];
	argv[3] = numbers[1];
	put_number(numbers[0], count);
	put_number(numbers[1], environment);
	end = make_strings(argv, 4, count, text);
	make_strings(envp, 0, environment, end);
	return run(name);
}

static int many(void)
{
	static const size_t counts[] = { 0, 50, 100, 123, 124, 125, 126, 130, 200, 1000, 4096, 15000 };

	for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
		CHECK(run_with(NAME, counts[i], 3) == 0);
		CHECK(run_with(NAME, 3, counts[i]) == 0);
		CHECK(run_with(NAME, counts[i], counts[i]) == 0);
	}
	return 0;
}

/* Starts a script whose interpreter is this program; script() then checks the arguments. */
static int scripts(void)
{
	static const char line[] = "#!" NAME " script\n";
	long fd = call(SYS_open, (uintptr_t)SCRIPT, 0102, 0700);
	int good = 1;

	CHECK(fd >= 0 && call(SYS_write, (uint64_t)fd, (uintptr_t)line, sizeof line - 1) == sizeof line - 1);
	call(SYS_close, (uint64_t)fd, 0, 0);
	for (size_t count = 100; count < 200; count++)
		good &= run_with(SCRIPT, count, 2) == 0;
	good &= run_with(SCRIPT, 10000, 5000) == 0;
	CHECK(call(SYS_unlink, (uintptr_t)SCRIPT, 0, 0) == 0);
	CHECK(good);
	return 0;
}

/*
 * Checks the arguments of this program as the interpreter of the script: the interpreter's name,
 * its argument in the script, the script's path, and the script's arguments without argv[0].
 */
static int script(int argc, char **list)
{
	CHECK(equal(list[0], NAME) && equal(list[2], SCRIPT));
	list[2] = list[1] = list[0];
	return arrived(argc - 2, list + 2, SCRIPT);
}

static long execve_error(void)
{
	return call(SYS_execve, (uintptr_t)NAME, (uintptr_t)argv, (uintptr_t)envp);
}

static int limits(void)
{
	const size_t room = ALL_MAX - 64 * KIB;
	size_t count = 0;

	argv[0] = NAME;
	argv[1] = "length";
	argv[2] = text;
	argv[3] = envp[0] = NULL;
	fill(text, 'x', STRING_MAX);
	text[STRING_MAX - 1] = '\0';
	CHECK(run(NAME) == 0);
	text[STRING_MAX - 1] = 'x';
	text[STRING_MAX] = '\0';
	CHECK(execve_error() == -E2BIG);
	envp[0] = text;
	envp[1] = NULL;
	argv[2] = "x";
	CHECK(execve_error() == -E2BIG);
	/*
	 * Strings of slightly less than ALL_MAX (2 MiB) in total must be accepted. A larger total
	 * must be refused.
	 */
	fill(text, 'y', ALL_MAX);
	text[STRING_MAX - 1] = '\0';
	for (size_t size = 0; size + STRING_MAX < room; size += STRING_MAX)
		envp[count++] = text;
	envp[count] = NULL;
	argv[1] = "nothing";
	CHECK(run(NAME) == 0);
	envp[count++] = text;
	envp[count++] = text;
	envp[count] = NULL;
	CHECK(execve_error() == -E2BIG);
	/* The pointers count towards the limit too. */
	for (count = 0; count < STRINGS_MAX; count++)
		argv[count] = text + STRING_MAX - 100;
	argv[count] = envp[0] = NULL;
	CHECK(execve_error() == -E2BIG);
	return 0;
}

static int refuses(void)
{
	char *page = memory(3 * PAGE_SIZE);
	const char **list = (const char **)(page + 2 * PAGE_SIZE) - 200;

	CHECK(call(SYS_munmap, (uintptr_t)page + 2 * PAGE_SIZE, PAGE_SIZE, 0) == 0);
	fill(page, 'z', 2 * PAGE_SIZE);
	/* First a string extends into an unmapped page, then an array of pointers does. */
	for (size_t i = 0; i < 200; i++)
		argv[i] = "argument";
	argv[200] = page;
	argv[201] = envp[0] = NULL;
	CHECK(execve_error() == -EFAULT);
	for (size_t i = 0; i < 200; i++)
		list[i] = "argument";
	CHECK(call(SYS_execve, (uintptr_t)NAME, (uintptr_t)list, 0) == -EFAULT);
	CHECK(call(SYS_execve, (uintptr_t)NAME, 0, (uintptr_t)list) == -EFAULT);
	CHECK(call(SYS_spawn, (uintptr_t)NAME, (uintptr_t)list, 0) == -EFAULT);
	argv[200] = (const char *)KERNEL_BASE;
	CHECK(execve_error() == -EFAULT);
	*(volatile char *)(USER_TOP - 1) = 'z'; /* not 0: the string must not end here */
	argv[200] = (const char *)(USER_TOP - 1);
	CHECK(execve_error() == -EFAULT);
	argv[200] = "last";
	CHECK(call(SYS_execve, (uintptr_t) "nobody", (uintptr_t)argv, 0) == -ENOENT);
	CHECK(call(SYS_execve, (uintptr_t) "broken", (uintptr_t)argv, 0) == -ENOEXEC);
	return 0;
}

int main(int argc, char **list)
{
	const char *kind = argc > 1 ? list[1] : "";
	int line = 2;

	text = memory(2 * ALL_MAX);
	if (equal(kind, "many"))
		line = many();
	else if (equal(kind, "scripts"))
		line = scripts();
	else if (equal(kind, "limits"))
		line = limits();
	else if (equal(kind, "refuses"))
		line = refuses();
	else if (equal(kind, "arrived"))
		line = arrived(argc, list, NAME);
	else if (equal(kind, "script"))
		line = script(argc, list);
	else if (equal(kind, "length"))
		line = argc != 3 || length_of(list[2]) != STRING_MAX - 1;
	else if (equal(kind, "exec") && argc > 2) /* only calls execve() */
		line = (int)-call(SYS_execve, (uintptr_t)list[2], 0, 0);
	else if (equal(kind, "nothing"))
		line = 0;
	return line & 0xff ? line & 0xff : line != 0;
}
