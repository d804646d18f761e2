/* SPDX-License-Identifier: MIT */
/*
 * System calls on memory regions. A mapping may not be both writable and executable. As in Linux, a
 * mapping may extend past the end of its file: the rest of the file's last page reads as zeros, and
 * an access past that page raises SIGBUS.
 *
 * A range may be as large as memory, so these calls work with interrupts on. Signals do not end
 * them early.
 */
#include "fs/file.h"
#include "lib/errno.h"
#include "process/descriptors.h"
#include "process/process.h"
#include "sys/calls.h"
#include "sys/syscall.h"
#include "vm/regions.h"

#define PROTECTIONS   (PROT_READ | PROT_WRITE | PROT_EXEC)

#define MADV_DONTNEED 4 /* uapi/asm-generic/mman-common.h */
/*
 * Bit n is set if advice n has no visible effect: MADV_FREE, DOFORK, MERGEABLE, UNMERGEABLE,
 * HUGEPAGE, NOHUGEPAGE, DONTDUMP, DODUMP, COLD and PAGEOUT.
 */
#define MADV_HARMLESS 0x33f900UL

static size_t pages_of(uint64_t size)
{
	return size / PAGE_SIZE + (size % PAGE_SIZE != 0);
}

/* Converts PROT_* to the flags of a region. Returns 0, -EINVAL or -EACCES. */
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

/* Returns true if a program's range is page-aligned and programs may use it. */
static bool is_range(uint64_t address, uint64_t size)
{
	return address % PAGE_SIZE == 0 && size && pages_of(size) <= USER_TOP / PAGE_SIZE &&
	       user_range(address, pages_of(size) * PAGE_SIZE);
}

/* Returns the address of a new mapping, 0 if there is no room, or a negative error number. */
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
	/* Not above USER_MAP_TOP in the lower half: the stack may grow there. */
	if (((address <= USER_MAP_TOP && pages <= (USER_MAP_TOP - address) / PAGE_SIZE) ||
	     user_upper_range(address, 0)) &&
	    region_is_free(space, address, pages))
		return (long)address;
	return (long)region_find_place(space, pages);
}

/*
 * The source of a mapping. `backing` is a file's backing, or NULL for anonymous private memory. The
 * function that sets `backing` takes a reference to it; the caller of that function drops the
 * reference. `page` is the number of the file's first page that is mapped.
 */
struct source {
	struct backing *backing;
	size_t page;
	uint64_t flags; /* REGION_SHARED, REGION_NO_WRITE */
};

/*
 * Checks the file that a program maps, and completes *source, including a reference to the backing.
 * Returns 0 or a negative error number.
 */
static int source_of_file(struct source *source, uint64_t fd, uint64_t offset, uint64_t protection)
{
	const struct file *file = file_of((uint32_t)fd);
	const uint32_t mode = file ? file->flags & O_ACCMODE : 0;

	if (!file)
		return -EBADF;
	if (mode == O_WRONLY)
		return -EACCES;
	if (file->node && file->node->device == DEVICE_ZERO && !(source->flags & REGION_SHARED))
		return 0;
	if (!file->node || (file->node->mode & NODE_KIND) != NODE_FILE)
		return -ENODEV;
	if ((source->flags & REGION_SHARED) && mode == O_RDONLY) {
		if (protection & PROT_WRITE)
			return -EACCES;
		source->flags |= REGION_NO_WRITE;
	}
	/*
	 * If the bytes of the file are in a boot module, copies them now to frames that belong to
	 * the file, so that no page fault has to do it.
	 */
	if ((source->flags & REGION_SHARED) && !node_make_own(file->node))
		return -ENOMEM;
	source->page = offset / PAGE_SIZE;
	source->backing = &file->node->backing;
	backing_hold(source->backing);
	return 0;
}

static int source_of(struct source *source, size_t pages, uint64_t protection, uint64_t flags, uint64_t fd,
                     uint64_t offset)
{
	struct node *node;

	if ((flags & MAP_TYPE) == MAP_SHARED)
		source->flags = REGION_SHARED;
	if (!(flags & MAP_ANONYMOUS))
		return source_of_file(source, fd, offset, protection);
	if (!source->flags)
		return 0;
	if (pages > FILE_SIZE_MAX / PAGE_SIZE)
		return -ENOMEM;
	node = node_create_nameless(pages * PAGE_SIZE);
	if (!node)
		return -ENOMEM;
	source->backing = &node->backing;
	return 0;
}

static long mmap(uint64_t address, uint64_t size, uint64_t protection, uint64_t flags, uint64_t fd,
                 uint64_t offset)
{
	struct address_space *space = &current_process()->space;
	struct source source = { 0 };
	size_t pages = pages_of(size);
	uint64_t region_flags = 0;
	int error = flags_of(protection, &region_flags);
	long start;

	if (((flags & MAP_TYPE) != MAP_PRIVATE && (flags & MAP_TYPE) != MAP_SHARED) || !size ||
	    offset % PAGE_SIZE)
		return -EINVAL;
	if (pages > USER_TOP / PAGE_SIZE)
		return -ENOMEM;
	if (offset + pages * PAGE_SIZE < offset)
		return -EOVERFLOW;
	if (error)
		return error;
	start = place(space, address, pages, flags);
	if (user_no_address(start))
		return start ? start : -ENOMEM;
	error = source_of(&source, pages, protection, flags, fd, offset);
	if (!error)
		error = region_map_backing(space, (uintptr_t)start, pages, region_flags | source.flags,
		                           source.backing, source.page);
	if (source.backing)
		backing_drop(source.backing);
	return error ? error : start;
}

long sys_mmap(uint64_t address, uint64_t size, uint64_t protection, uint64_t flags, uint64_t fd,
              uint64_t offset)
{
	long result;

	interrupts_on();
	result = mmap(address, size, protection, flags, fd, offset);
	interrupts_off();
	return result;
}

static long munmap(uint64_t address, uint64_t size)
{
	return is_range(address, size) ? region_unmap(&current_process()->space, address, pages_of(size))
	                               : -EINVAL;
}

long sys_munmap(uint64_t address, uint64_t size)
{
	long result;

	interrupts_on();
	result = munmap(address, size);
	interrupts_off();
	return result;
}

static long mprotect(uint64_t address, uint64_t size, uint64_t protection)
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
	               ? region_protect(&current_process()->space, address, pages_of(size), flags)
	               : -ENOMEM;
}

long sys_mprotect(uint64_t address, uint64_t size, uint64_t protection)
{
	long result;

	interrupts_on();
	result = mprotect(address, size, protection);
	interrupts_off();
	return result;
}

/*
 * Extends the region that ends at `end` by `extra` pages, but not above USER_MAP_TOP, where the
 * stack is. Returns false if the addresses are in use or there is no memory.
 */
static bool grow_in_place(struct address_space *space, uintptr_t end, size_t extra)
{
	const struct region *region = region_of_range(space, end - PAGE_SIZE, 1);
	bool backed = region->flags & REGION_BACKED;

	return region_end(region) == end &&
	       ((end <= USER_MAP_TOP && extra <= (USER_MAP_TOP - end) / PAGE_SIZE) ||
	        user_upper_range(end, 0)) &&
	       region_is_free(space, end, extra) &&
	       !region_map_backing(space, end, extra, region->flags & ~REGION_GROWS,
	                           backed ? region->backing : NULL,
	                           backed ? region->page + region->pages : 0);
}

static bool ranges_meet(uint64_t a, uint64_t a_size, uint64_t b, uint64_t b_size)
{
	return a < b + b_size && b < a + a_size;
}

static long mremap(uint64_t address, uint64_t old_size, uint64_t new_size, uint64_t flags, uint64_t to)
{
	struct address_space *space = &current_process()->space;
	const size_t old = pages_of(old_size), new = pages_of(new_size);
	int error;

	if ((flags & ~(uint64_t)(MREMAP_MAYMOVE | MREMAP_FIXED)) || address % PAGE_SIZE || !old || !new)
		return -EINVAL;
	if (!is_range(address, old_size) || !region_of_range(space, address, old))
		return -EFAULT;
	if (flags & MREMAP_FIXED) {
		if (!(flags & MREMAP_MAYMOVE) || !is_range(to, new_size) || to < USER_BASE ||
		    ranges_meet(address, old * PAGE_SIZE, to, new *PAGE_SIZE))
			return -EINVAL;
		error = region_unmap(space, to, new);
		if (error)
			return error;
	}
	if (new < old) {
		error = region_unmap(space, address + new *PAGE_SIZE, old - new);
		if (error)
			return error;
	}
	if (!(flags & MREMAP_FIXED)) {
		if (new <= old || grow_in_place(space, address + old * PAGE_SIZE, new - old))
			return (long)address;
		if (!(flags & MREMAP_MAYMOVE) || new > USER_TOP / PAGE_SIZE)
			return -ENOMEM;
		to = region_find_place(space, new);
		if (!to)
			return -ENOMEM;
	}
	error = region_move(space, address, old < new ? old : new, to, new);
	return error ? error : (long)to;
}

long sys_mremap(uint64_t address, uint64_t old_size, uint64_t new_size, uint64_t flags, uint64_t to)
{
	long result;

	interrupts_on();
	result = mremap(address, old_size, new_size, flags, to);
	interrupts_off();
	return result;
}

/* Executes MADV_DONTNEED and ignores advice that has no visible effect. */
static long madvise(uint64_t address, uint64_t size, uint64_t advice)
{
	struct address_space *space = &current_process()->space;

	if (address % PAGE_SIZE || advice > 63 || (advice > MADV_DONTNEED && !(MADV_HARMLESS >> advice & 1)))
		return -EINVAL;
	if (!size)
		return 0;
	if (!is_range(address, size))
		return address + size < address ? -EINVAL : -ENOMEM;
	if (advice == MADV_DONTNEED)
		return region_discard(space, address, pages_of(size));
	return region_is_whole(space, address, pages_of(size)) ? 0 : -ENOMEM;
}

long sys_madvise(uint64_t address, uint64_t size, uint64_t advice)
{
	long result;

	interrupts_on();
	result = madvise(address, size, advice);
	interrupts_off();
	return result;
}

/* Shared mappings are the file's own frames: there is nothing to write back. */
long sys_msync(uint64_t address, uint64_t size, uint64_t flags)
{
	if (address % PAGE_SIZE || (flags & ~7UL) || (flags & (MS_ASYNC | MS_SYNC)) == (MS_ASYNC | MS_SYNC))
		return -EINVAL;
	if (!size)
		return 0;
	return is_range(address, size) && region_is_whole(&current_process()->space, address, pages_of(size))
	               ? 0
	               : -ENOMEM;
}

/* Nothing is ever swapped out, so only the arguments are checked (man 2 mlock). */
long sys_mlock(uint64_t address, uint64_t size)
{
	const uint64_t start = address & ~PAGE_MASK, length = size + (address & PAGE_MASK);

	if (length < size || start + length < start)
		return -EINVAL;
	if (!length)
		return 0;
	return is_range(start, length) && region_is_whole(&current_process()->space, start, pages_of(length))
	               ? 0
	               : -ENOMEM;
}

enum { MLOCK_ONFAULT = 1, MCL_ONFAULT = 4, MCL_ALL = 7 };

long sys_mlock2(uint64_t address, uint64_t size, uint64_t flags)
{
	return flags & ~(uint64_t)MLOCK_ONFAULT ? -EINVAL : sys_mlock(address, size);
}

long sys_mlockall(uint64_t flags)
{
	return !flags || (flags & ~(uint64_t)MCL_ALL) || flags == MCL_ONFAULT ? -EINVAL : 0;
}

long sys_munlockall(void)
{
	return 0;
}

static uintptr_t page_above(uintptr_t address)
{
	return (address + PAGE_MASK) & ~PAGE_MASK;
}

/* Moves the program break. As in Linux, returns the new break, or the old one on failure. */
static long brk(uint64_t address)
{
	struct address_space *space = &current_process()->space;
	uintptr_t old = page_above(space->brk), new = page_above(address);
	int error = 0;

	if (address < space->brk_start ||
	    address >= (user_upper_range(space->brk_start, 0) ? USER_UPPER_TOP : USER_MAP_TOP))
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

long sys_brk(uint64_t address)
{
	long result;

	interrupts_on();
	result = brk(address);
	interrupts_off();
	return result;
}
