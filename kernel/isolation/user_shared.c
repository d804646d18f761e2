/* SPDX-License-Identifier: MIT */
/* shared: the kernel accesses user memory at user addresses; the MMU checks the rights. */
#include "isolation/user_memory.h"

#include "cpu/cpu.h"
#include "lib/errno.h"

int copy_from_user(void *to, uint64_t from, size_t size)
{
	size_t left;

	if (!user_range(from, size))
		return -EFAULT;
	user_access_begin();
	left = user_copy_bytes(to, (const void *)from, size);
	user_access_end();
	return left ? -EFAULT : 0;
}

int copy_to_user(uint64_t to, const void *from, size_t size)
{
	size_t left;

	if (!user_range(to, size))
		return -EFAULT;
	user_access_begin();
	left = user_copy_bytes((void *)to, from, size);
	user_access_end();
	return left ? -EFAULT : 0;
}

long copy_string_from_user(char *to, uint64_t from, size_t size)
{
	size_t room = size;
	long length;

	if (!user_range(from, 1))
		return -EFAULT;
	if (room > USER_TOP - from)
		room = USER_TOP - from;
	user_access_begin();
	length = user_copy_string(to, (const char *)from, room);
	user_access_end();
	if (length == -E2BIG && room < size)
		return -EFAULT;
	return length;
}
