/* SPDX-License-Identifier: MIT */
/*
 * Tests the copies from and to user memory (isolation/user_shared.c, isolation/user_copy.asm). The
 * memory of the test's process is the user half. After a fault, the signal handler continues where
 * cpu/exceptions.c would.
 */
#define _GNU_SOURCE /* REG_RIP */
#include "tests/unit/support.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "cpu/features.h"
#include "tests/unit/traps.h"
#include "vm/address_space.h"
#include "x86/instructions.h"

extern char user_copy_start[], user_copy_end[], user_copy_fault[];
extern char user_string_start[], user_string_end[], user_string_fault[];

static bool within(greg_t rip, const char *start, const char *end)
{
	return (uintptr_t)rip >= (uintptr_t)start && (uintptr_t)rip < (uintptr_t)end;
}

static int on_page_fault(greg_t *registers)
{
	greg_t *rip = &registers[REG_RIP];

	if (!cpu_calls.user_access) /* an access without STAC: SMAP would fault */
		return -1;
	if (within(*rip, user_copy_start, user_copy_end))
		*rip = (greg_t)(uintptr_t)user_copy_fault;
	else if (within(*rip, user_string_start, user_string_end))
		*rip = (greg_t)(uintptr_t)user_string_fault;
	else
		return -1;
	return 0;
}

static void whole_copies(void **state)
{
	char from[300], to[302];
	(void)state;

	for (size_t i = 0; i < sizeof from; i++)
		from[i] = (char)(i * 7);
	for (size_t size = 0; size <= sizeof from; size++) {
		memset(to, 'x', sizeof to);
		assert_int_equal(copy_from_user(to + 1, (uintptr_t)from, size), 0);
		assert_memory_equal(to + 1, from, size);
		assert_true(to[0] == 'x' && to[size + 1] == 'x');

		memset(to, 'x', sizeof to);
		assert_int_equal(copy_to_user((uintptr_t)to + 1, from, size), 0);
		assert_memory_equal(to + 1, from, size);
		assert_true(to[0] == 'x' && to[size + 1] == 'x');
		assert_false(cpu_calls.user_access);
	}
}

static void not_the_users(void **state)
{
	static const uint64_t addresses[] = {
		USER_TOP, USER_TOP - 7, 1UL << 47, KERNEL_BASE, DIRECT_MAP_BASE, UINT64_MAX - 6, UINT64_MAX,
	};
	unsigned accesses = cpu_calls.user_accesses;
	char bytes[8];
	(void)state;

	for (unsigned i = 0; i < sizeof addresses / sizeof *addresses; i++) {
		assert_int_equal(copy_from_user(bytes, addresses[i], sizeof bytes), -EFAULT);
		assert_int_equal(copy_to_user(addresses[i], bytes, sizeof bytes), -EFAULT);
	}
	assert_int_equal(copy_from_user(bytes, (uintptr_t)bytes, UINT64_MAX), -EFAULT);
	assert_int_equal(copy_string_from_user(bytes, USER_TOP, sizeof bytes), -EFAULT);
	assert_int_equal(copy_string_from_user(bytes, UINT64_MAX, sizeof bytes), -EFAULT);
	assert_int_equal(cpu_calls.user_accesses, accesses); /* refused before STAC */
}

static void pages_that_are_not_there(void **state)
{
	char bytes[16];
	(void)state;

	traps_start(on_page_fault);
	assert_int_equal(copy_from_user(bytes, 0, 1), -EFAULT);
	assert_int_equal(copy_to_user(0, bytes, 1), -EFAULT);
	for (size_t there = 0; there <= 16; there++) {
		char *user = guard_before(there);
		int result = there == 16 ? 0 : -EFAULT;

		memset(user, 'a', there);
		assert_int_equal(copy_from_user(bytes, (uintptr_t)user, 16), result);
		assert_memory_equal(bytes, user, there); /* the part before the fault was copied */
		assert_int_equal(copy_to_user((uintptr_t)user, bytes, 16), result);
		assert_false(cpu_calls.user_access);
	}
}

static void strings(void **state)
{
	char to[8], *user;
	(void)state;

	traps_start(on_page_fault);
	assert_int_equal(copy_string_from_user(to, (uintptr_t) "", 1), 0);
	assert_string_equal(to, "");
	assert_int_equal(copy_string_from_user(to, (uintptr_t) "seven c", 8), 7);
	assert_string_equal(to, "seven c");
	assert_int_equal(copy_string_from_user(to, (uintptr_t) "eight ch", 8), -E2BIG);
	assert_int_equal(copy_string_from_user(to, (uintptr_t) "a", 1), -E2BIG);
	assert_int_equal(copy_string_from_user(to, (uintptr_t) "", 0), -E2BIG);

	user = guard_before(4); /* "abc" ends at the end of the page; "abcd" has its NUL past it */
	strcpy(user, "abc");
	assert_int_equal(copy_string_from_user(to, (uintptr_t)user, 8), 3);
	user[3] = 'd';
	assert_int_equal(copy_string_from_user(to, (uintptr_t)user, 8), -EFAULT);
	assert_int_equal(copy_string_from_user(to, (uintptr_t)user, 4), -E2BIG);
	assert_int_equal(copy_string_from_user(to, 0, 8), -EFAULT);
	assert_int_equal(copy_string_from_user(to, USER_TOP - 4, 8), -EFAULT);
	assert_false(cpu_calls.user_access);
}

/* A string must end within the user half, even if the memory after it is mapped. */
static void string_at_the_top(void **state)
{
	char *page = (char *)(USER_TOP - PAGE_SIZE), *user = page + PAGE_SIZE - 4, to[8];
	(void)state;

	if (mmap(page, PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE,
	         -1, 0) != page)
		skip(); /* the page is in use on this host */
	traps_start(on_page_fault);
	strcpy(user, "abc");
	assert_int_equal(copy_string_from_user(to, (uintptr_t)user, 8), 3);
	assert_int_equal(copy_string_from_user(to, (uintptr_t)user, 4), 3);
	user[3] = 'd';
	assert_int_equal(copy_string_from_user(to, (uintptr_t)user, 8), -EFAULT);
	assert_int_equal(copy_string_from_user(to, (uintptr_t)user, 4), -E2BIG);
	assert_int_equal(copy_string_from_user(to, (uintptr_t)user, 3), -E2BIG);
	munmap(page, PAGE_SIZE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_copies),
		cmocka_unit_test(not_the_users),
		cmocka_unit_test(pages_that_are_not_there),
		cmocka_unit_test(strings),
		cmocka_unit_test(string_at_the_top),
	};

	return cmocka_run_group_tests_name("user_copy", tests, NULL, NULL);
}
