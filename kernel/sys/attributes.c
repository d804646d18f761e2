/* SPDX-License-Identifier: MIT */
/*
 * System calls on file attributes. Owners and times are not kept: every file belongs to root, and
 * its times are 0 (1970).
 */
#include "fs/file.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "mem/frames.h"
#include "process/descriptors.h"
#include "process/process.h"
#include "sys/calls.h"
#include "sys/paths.h"
#include "vm/address_space.h"

#define UTIME_NOW  0x3fffffff
#define UTIME_OMIT 0x3ffffffe

long sys_umask(uint64_t mask)
{
	struct process *process = current_process();
	const uint32_t before = process->inherited.umask;

	process->inherited.umask = (uint16_t)mask & 0777;
	return before;
}

static long change_mode(struct node *node, uint64_t mode)
{
	node->mode = (node->mode & NODE_KIND) | ((uint32_t)mode & 07777);
	return 0;
}

long sys_fchmodat(uint64_t directory, uint64_t path, uint64_t mode)
{
	int error;
	struct node *node = node_from_user(directory, path, true, &error);

	return node ? change_mode(node, mode) : error;
}

long sys_chmod(uint64_t path, uint64_t mode)
{
	return sys_fchmodat((uint64_t)AT_FDCWD, path, mode);
}

long sys_fchmod(uint64_t fd, uint64_t mode)
{
	struct file *file = file_of(fd);

	return !file ? -EBADF : file->node ? change_mode(file->node, mode) : 0;
}

/*
 * Accepts only root's IDs and -1, since files cannot be given to another user. Returns 0 or
 * -EINVAL.
 */
static long change_owner(uint64_t user, uint64_t group)
{
	const uint32_t keep = ~0U;

	return ((uint32_t)user && (uint32_t)user != keep) || ((uint32_t)group && (uint32_t)group != keep)
	               ? -EINVAL
	               : 0;
}

long sys_fchownat(uint64_t directory, uint64_t path, uint64_t user, uint64_t group, uint64_t flags)
{
	int error;

	if (flags & ~(uint64_t)(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	return node_from_user(directory, path, !(flags & AT_SYMLINK_NOFOLLOW), &error)
	               ? change_owner(user, group)
	               : error;
}

long sys_chown(uint64_t path, uint64_t user, uint64_t group)
{
	return sys_fchownat((uint64_t)AT_FDCWD, path, user, group, 0);
}

long sys_lchown(uint64_t path, uint64_t user, uint64_t group)
{
	return sys_fchownat((uint64_t)AT_FDCWD, path, user, group, AT_SYMLINK_NOFOLLOW);
}

long sys_fchown(uint64_t fd, uint64_t user, uint64_t group)
{
	return file_of(fd) ? change_owner(user, group) : -EBADF;
}

/* Only checks its arguments, since times are not kept. */
long sys_utimensat(uint64_t directory, uint64_t path, uint64_t address, uint64_t flags)
{
	uint64_t times[4];
	int error;

	if (flags & ~(uint64_t)(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	if (address) {
		if (copy_from_user(times, address, sizeof times))
			return -EFAULT;
		for (unsigned i = 1; i < 4; i += 2)
			if (times[i] >= 1000000000 && times[i] != UTIME_NOW && times[i] != UTIME_OMIT)
				return -EINVAL;
	}
	if (!path && (int)directory != AT_FDCWD)
		return file_of((uint32_t)directory) ? 0 : -EBADF;
	return node_from_user(directory, path, !(flags & AT_SYMLINK_NOFOLLOW), &error) ? 0 : error;
}

long sys_symlinkat(uint64_t target, uint64_t directory, uint64_t address)
{
	char text[PATH_LENGTH];
	long size = copy_string_from_user(text, target, sizeof text);
	struct node *parent, *node;
	struct path path;
	const char *name;
	size_t length;
	void *bytes;
	int error;

	if (size <= 0)
		return size == -E2BIG ? -ENAMETOOLONG : size ? size : -ENOENT;
	parent = parent_for_new(&path, directory, address, false, &name, &length, &error);
	if (!parent)
		return error;
	node = node_create(parent, name, length, NODE_LINK | 0777);
	if (!node)
		return -ENOSPC;
	if (node_room(node, 0, (size_t)size, &bytes) < (size_t)size) {
		node_remove(node);
		return -ENOSPC;
	}
	memcpy(bytes, text, (size_t)size);
	return 0;
}

long sys_symlink(uint64_t target, uint64_t path)
{
	return sys_symlinkat(target, (uint64_t)AT_FDCWD, path);
}

/*
 * Links regular files only. Returns -EPERM for directories, devices and symbolic links, which can
 * have only one name.
 */
long sys_linkat(uint64_t from_directory, uint64_t from, uint64_t to_directory, uint64_t to, uint64_t flags)
{
	struct node *node, *parent;
	struct path path;
	const char *name;
	size_t length;
	int error;

	if (flags & ~(uint64_t)(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	node = node_from_user(from_directory, from, flags & AT_SYMLINK_FOLLOW, &error);
	if (!node)
		return error;
	parent = parent_for_new(&path, to_directory, to, false, &name, &length, &error);
	if (!parent)
		return error;
	if ((node->mode & NODE_KIND) != NODE_FILE)
		return -EPERM;
	return node_link(node, parent, name, length) ? 0 : -ENOSPC;
}

long sys_link(uint64_t from, uint64_t to)
{
	return sys_linkat((uint64_t)AT_FDCWD, from, (uint64_t)AT_FDCWD, to, 0);
}

/* Creates regular files only. Returns -EPERM for devices and named pipes. */
long sys_mknodat(uint64_t directory, uint64_t address, uint64_t mode)
{
	struct path path;
	struct node *parent;
	const char *name;
	size_t length;
	int error;

	if ((mode & NODE_KIND) && (mode & NODE_KIND) != NODE_FILE)
		return -EPERM;
	parent = parent_for_new(&path, directory, address, false, &name, &length, &error);
	if (!parent)
		return error;
	return node_create(parent, name, length,
	                   NODE_FILE | ((uint32_t)mode & 07777 & ~current_process()->inherited.umask))
	               ? 0
	               : -ENOSPC;
}

long sys_mknod(uint64_t path, uint64_t mode)
{
	return sys_mknodat((uint64_t)AT_FDCWD, path, mode);
}

/* Does nothing, since all files are in memory. */
long sys_sync(void)
{
	return 0;
}

long sys_fsync(uint64_t fd)
{
	const struct file *file = file_of(fd);

	return !file ? -EBADF : file->node && !file->node->device ? 0 : -EINVAL;
}

/*
 * Stores a struct statfs (uapi/asm-generic/statfs.h). The file system is as large as memory.
 * Returns 0 or -EFAULT.
 */
static long put_statistics(uint64_t address)
{
	const struct {
		uint64_t type, block_size, blocks, free, available, files, files_free, id, name_length,
		        fragment_size, flags, spare[4];
	} statistics = {
		.type = 0x01021994, /* TMPFS_MAGIC */
		.block_size = PAGE_SIZE,
		.blocks = frames_total(),
		.free = frames_free(),
		.available = frames_free(),
		.name_length = NAME_LENGTH,
		.fragment_size = PAGE_SIZE,
	};

	_Static_assert(sizeof statistics == 120, "as programs know it");
	return copy_to_user(address, &statistics, sizeof statistics);
}

long sys_statfs(uint64_t path, uint64_t address)
{
	int error;

	return node_from_user((uint64_t)AT_FDCWD, path, true, &error) ? put_statistics(address) : error;
}

long sys_fstatfs(uint64_t fd, uint64_t address)
{
	return file_of(fd) ? put_statistics(address) : -EBADF;
}

long sys_fadvise64(uint64_t fd)
{
	const struct file *file = file_of(fd);

	return !file ? -EBADF : file->pipe ? -ESPIPE : 0;
}
