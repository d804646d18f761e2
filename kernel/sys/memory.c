/* SPDX-License-Identifier: MIT */
/* System calls on memory regions. Memory is anonymous and private; a mapping may not be writable and executable. */
#include "fs/file.h"
#include "lib/errno.h"
#include "mem/regions.h"
#include "sys/calls.h"
#include "sys/syscall.h"
#include "task/task.h"

#define PROTECTIONS (PROT_READ | PROT_WRITE | PROT_EXEC)

static size_t pages_of(uint64_t size)
{
	return size / PAGE_SIZE + (size % PAGE_SIZE != 0);
}

/* The flags of a region with this protection. 0, or a negative error number. */
static int flags_of(uint64_t protection, uint64_t *flags)
{
	if (protection & ~(uint64_t)PROTECTIONS)
		return -EINVAL;
	if ((protection & PROT_WRITE) && (protection & PROT_EXEC))
		return -EACCES;
	*flags = (protection & PROT_WRITE ? PTE_WRITE : 0) | (protection & PROT_EXEC ? 0 : PTE_NX) |
	         (protection ? 0 : REGION_NONE);
	return 0;
}

/* Whether a range that a program names is whole pages of the user half. */
static bool is_range(uint64_t address, uint64_t size)
{
	return address % PAGE_SIZE == 0 && size && pages_of(size) <= USER_TOP / PAGE_SIZE &&
	       user_range(address, pages_of(size) * PAGE_SIZE);
}

/* Where a mapping goes: 0 there is no place, else an address or a negative error number. */
static long place(struct address_space *space, uint64_t address, size_t pages, uint64_t flags)
{
	if (flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)) {
		if (!is_range(address, pages * PAGE_SIZE))
			return address % PAGE_SIZE ? -EINVAL : -ENOMEM;
		if (address < USER_BASE)
			return -EPERM;
		if (!(flags & MAP_FIXED) && !region_is_free(space, address, pages))
			return -EEXIST;
		return (long)address;
	}
	address &= ~PAGE_MASK;
	return (long)(region_is_free(space, address, pages) ? address : region_find_place(space, pages));
}

long sys_mmap(uint64_t address, uint64_t size, uint64_t protection, uint64_t flags, uint64_t fd,
              uint64_t offset)
{
	struct address_space *space = &current_task()->space;
	size_t pages = pages_of(size);
	uint64_t region_flags = 0;
	int error = flags_of(protection, &region_flags);
	long start;

	if ((flags & MAP_TYPE) != MAP_PRIVATE || !size || offset % PAGE_SIZE)
		return -EINVAL;
	if (!(flags & MAP_ANONYMOUS))
		return file_of(fd) ? -ENODEV : -EBADF;
	if (pages > USER_TOP / PAGE_SIZE)
		return -ENOMEM;
	if (error)
		return error;
	start = place(space, address, pages, flags);
	if (start <= 0)
		return start ? start : -ENOMEM;
	error = region_map(space, (uintptr_t)start, pages, region_flags);
	return error ? error : start;
}

long sys_munmap(uint64_t address, uint64_t size)
{
	return is_range(address, size) ? region_unmap(&current_task()->space, address, pages_of(size))
	                               : -EINVAL;
}

long sys_mprotect(uint64_t address, uint64_t size, uint64_t protection)
{
	uint64_t flags = 0;
	int error = flags_of(protection, &flags);

	if (error)
		return error;
	if (address % PAGE_SIZE)
		return -EINVAL;
	if (!size)
		return 0;
	return is_range(address, size)
	               ? region_protect(&current_task()->space, address, pages_of(size), flags)
	               : -ENOMEM;
}

static uintptr_t page_above(uintptr_t address)
{
	return (address + PAGE_MASK) & ~PAGE_MASK;
}

/* Whatever cannot be done leaves the end where it is, and that is returned, as in Linux. */
long sys_brk(uint64_t address)
{
	struct address_space *space = &current_task()->space;
	uintptr_t old = page_above(space->brk), new = page_above(address);
	int error = 0;

	if (address < space->brk_start || address >= USER_MAP_TOP)
		return (long)space->brk;
	if (new > old && !region_is_free(space, old, (new - old) / PAGE_SIZE))
		return (long)space->brk;
	if (new > old)
		error = region_map(space, old, (new - old) / PAGE_SIZE, PTE_WRITE | PTE_NX);
	else if (new < old)
		error = region_unmap(space, new, (old - new) / PAGE_SIZE);
	if (!error)
		space->brk = address;
	return (long)space->brk;
}
