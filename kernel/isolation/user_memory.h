/* SPDX-License-Identifier: MIT */
/*
 * The kernel's accesses to the user memory of the current task: a part of the ISOLATION axis, because
 * it depends on what the kernel's page tables map (isolation/isolation.h).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "isolation/isolation.h"
#include "x86/layout.h"

/*
 * Returns true if programs may use the upper half (ISOLATION_UPPER_HALF) and [address, address +
 * size) lies in it.
 */
static inline bool user_upper_range(uint64_t address, uint64_t size)
{
	return ISOLATION_UPPER_HALF && address >= USER_UPPER_BASE && address <= USER_UPPER_TOP &&
	       size <= USER_UPPER_TOP - address;
}

/* Returns true if programs may use [address, address + size). Such a range is in one half. */
static inline bool user_range(uint64_t address, uint64_t size)
{
	return (size <= USER_TOP && address <= USER_TOP - size) || user_upper_range(address, size);
}

/*
 * Returns true if `result` is 0 or a negative error number instead of an address that a program may
 * use. As numbers, addresses of the upper half are negative too, and lower than all error numbers.
 */
static inline bool user_no_address(long result)
{
	return result <= 0 && (!ISOLATION_UPPER_HALF || !result || (uint64_t)result > USER_UPPER_TOP);
}

/*
 * Copy between the kernel and user memory of the loaded space. Return 0, or -EFAULT if the range is
 * not in the user half or is not mapped with the rights needed; a part may have been copied.
 */
int copy_from_user(void *to, uint64_t from, size_t size);
int copy_to_user(uint64_t to, const void *from, size_t size);

/*
 * Copies a string of at most `size` bytes with its NUL. Returns its length without the NUL,
 * -EFAULT, or -E2BIG if the string is longer.
 */
long copy_string_from_user(char *to, uint64_t from, size_t size);

/*
 * In user_copy.asm: copy by instructions that may fault on the user's side. The kernel must be able
 * to access the memory at `to` and at `from`. user_copy_bytes() returns the number of bytes that
 * were not copied. user_copy_string() returns what copy_string_from_user() returns.
 */
size_t user_copy_bytes(void *to, const void *from, size_t size);
long user_copy_string(char *to, const char *from, size_t size);
