/* SPDX-License-Identifier: MIT */
/*
 * System calls on user and group IDs. Real, effective and saved IDs are always equal: calls that
 * would make them differ fail with -EINVAL. Only root may change its IDs; there are no
 * supplementary groups.
 */
#include "lib/errno.h"
#include "process/process.h"
#include "sys/calls.h"
#include "vm/address_space.h"

#define SAME UINT32_MAX /* leaves an ID as it is */

long sys_getuid(void)
{
	return current_process()->identity.user;
}

long sys_getgid(void)
{
	return current_process()->identity.group;
}

/*
 * Sets the real, effective and saved IDs. They are always equal, so *id is all three of them.
 * If an argument is SAME, its ID must keep its value. Returns 0, -EPERM, -EINVAL or -EAGAIN.
 */
static long set(uint32_t *id, uint32_t real, uint32_t effective, uint32_t saved)
{
	const uint32_t new = real != SAME ? real : effective != SAME ? effective : saved;
	const uint32_t wanted[] = { real, effective, saved };

	if (new == SAME)
		return 0;
	if (new != *id && current_process()->identity.user != 0)
		return -EPERM;
	for (size_t i = 0; i < 3; i++)
		if ((wanted[i] == SAME ? *id : wanted[i]) != new)
			return -EINVAL;
	if (id == &current_process()->identity.user)
		return process_set_user(new);
	*id = new;
	return 0;
}

/* In this and the following calls, an ID is the lower 32 bits of its argument. */
long sys_setuid(uint64_t id)
{
	return (uint32_t)id == SAME
	               ? -EINVAL
	               : set(&current_process()->identity.user, (uint32_t)id, (uint32_t)id, (uint32_t)id);
}

long sys_setgid(uint64_t id)
{
	return (uint32_t)id == SAME
	               ? -EINVAL
	               : set(&current_process()->identity.group, (uint32_t)id, (uint32_t)id, (uint32_t)id);
}

long sys_setresuid(uint64_t real, uint64_t effective, uint64_t saved)
{
	return set(&current_process()->identity.user, (uint32_t)real, (uint32_t)effective, (uint32_t)saved);
}

long sys_setresgid(uint64_t real, uint64_t effective, uint64_t saved)
{
	return set(&current_process()->identity.group, (uint32_t)real, (uint32_t)effective, (uint32_t)saved);
}

/* setreuid() and setregid() set the saved ID as well, to the new effective one. */
long sys_setreuid(uint64_t real, uint64_t effective)
{
	return sys_setresuid(real, effective, effective);
}

long sys_setregid(uint64_t real, uint64_t effective)
{
	return sys_setresgid(real, effective, effective);
}

static long tell(uint32_t id, uint64_t real, uint64_t effective, uint64_t saved)
{
	return copy_to_user(real, &id, sizeof id) || copy_to_user(effective, &id, sizeof id) ||
	                       copy_to_user(saved, &id, sizeof id)
	               ? -EFAULT
	               : 0;
}

long sys_getresuid(uint64_t real, uint64_t effective, uint64_t saved)
{
	return tell(current_process()->identity.user, real, effective, saved);
}

long sys_getresgid(uint64_t real, uint64_t effective, uint64_t saved)
{
	return tell(current_process()->identity.group, real, effective, saved);
}

long sys_getgroups(uint64_t count, uint64_t address)
{
	(void)address;
	return (int)count < 0 ? -EINVAL : 0;
}

long sys_setgroups(uint64_t count, uint64_t address)
{
	(void)address;
	if (current_process()->identity.user != 0)
		return -EPERM;
	return count ? -EINVAL : 0;
}
