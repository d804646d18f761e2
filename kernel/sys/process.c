/* SPDX-License-Identifier: MIT */
/* System calls on the calling process, and those that C libraries make when a program starts. */
#include "process/process.h"
#include "fs/file.h"
#include "lib/config.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "process/descriptors.h"
#include "sys/calls.h"
#include "sys/syscall.h"
#include "vm/address_space.h"

#define ARCH_SET_FS 0x1002 /* uapi/asm/prctl.h */
#define ARCH_GET_FS 0x1003

#define RANDOM_MAX  0x7ffff000UL /* bytes per call (Linux's MAX_RW_COUNT) */

long sys_arch_prctl(uint64_t code, uint64_t address)
{
	uint64_t base;

	switch (code) {
	case ARCH_SET_FS:
		if (!user_range(address, 0))
			return -EPERM;
		current_task()->fs_base = address;
		/*
		 * Sets FS to the null selector. Another selector would be loaded again at the next
		 * switch, and the load would replace this base.
		 */
		__asm__ volatile("mov %0, %%fs" : : "r"(0));
		write_msr(MSR_FS_BASE, address);
		return 0;
	case ARCH_GET_FS:
		base = read_msr(MSR_FS_BASE);
		return copy_to_user(address, &base, sizeof base);
	}
	return -EINVAL;
}

long sys_gettid(void)
{
	return current_thread()->tid;
}

long sys_set_tid_address(uint64_t address)
{
	current_thread()->clear_tid = address;
	return current_thread()->tid;
}

long sys_getrandom(uint64_t buffer, uint64_t size, uint64_t flags)
{
	if (flags & ~7UL)
		return -EINVAL;
	if (!user_range(buffer, size))
		return -EFAULT;
	if (size > RANDOM_MAX)
		size = RANDOM_MAX;
	return read_random_bytes(buffer, size);
}

long sys_uname(uint64_t address)
{
	/* The third string is the version of Linux whose system calls are offered. */
	char names[6][65] = { "Palimpsest", "palimpsest", "6.1.0", "", "x86_64", "(none)" };

	string_copy(names[3], config_revision, sizeof names[3]);
	return copy_to_user(address, names, sizeof names);
}

enum { PR_SET_NAME = 15, PR_GET_NAME };

long sys_prctl(uint64_t option, uint64_t address)
{
	char name[16] = "";

	switch (option) {
	case PR_SET_NAME:
		if (copy_string_from_user(name, address, sizeof name) == -EFAULT)
			return -EFAULT;
		name[sizeof name - 1] = '\0';
		string_copy(current_process()->name, name, PROCESS_NAME);
		return 0;
	case PR_GET_NAME:
		string_copy(name, current_process()->name, sizeof name);
		return copy_to_user(address, name, sizeof name);
	}
	return -EINVAL;
}

long sys_getrlimit(uint64_t resource, uint64_t address)
{
	return address ? sys_prlimit64(0, resource, 0, address) : -EFAULT;
}

long sys_setrlimit(uint64_t resource, uint64_t address)
{
	return address ? sys_prlimit64(0, resource, address, 0) : -EFAULT;
}

enum { RLIMIT_STACK = 3, RLIMIT_NPROC = 6, RLIMIT_NOFILE = 7, RLIMITS = 16 };

long sys_prlimit64(uint64_t pid, uint64_t resource, uint64_t new, uint64_t old)
{
	uint64_t limit[2] = { ~0UL, ~0UL }, ignored[2];

	if (pid && pid != (uint64_t)current_process()->pid)
		return -ESRCH;
	if (resource >= RLIMITS)
		return -EINVAL;
	if (resource == RLIMIT_STACK)
		limit[0] = limit[1] = USER_STACK_LIMIT;
	if (resource == RLIMIT_NPROC)
		limit[0] = limit[1] = process_user_limit();
	if (resource == RLIMIT_NOFILE)
		limit[0] = limit[1] = FILES_MAX;
	if (new &&copy_from_user(ignored, new, sizeof ignored))
		return -EFAULT;
	return old ? copy_to_user(old, limit, sizeof limit) : 0;
}
