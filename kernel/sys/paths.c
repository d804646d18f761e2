/* SPDX-License-Identifier: MIT */
/* System calls on paths, and stat(). */
#include "sys/paths.h"
#include "fs/file.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "process/descriptors.h"
#include "process/process.h"
#include "sys/calls.h"
#include "vm/address_space.h"

/* Flags that newfstatat() accepts. 0x6800 is AT_NO_AUTOMOUNT | AT_STATX_SYNC_TYPE. */
#define STAT_FLAGS (AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH | 0x6800)

/* struct stat of Linux on x86-64 (uapi/asm/stat.h). */
struct stat {
	uint64_t device, number, links;
	uint32_t mode, user, group, padding;
	uint64_t device_of_node;
	int64_t size, block_size, blocks;
	uint64_t times[6];
	int64_t unused[3];
};
_Static_assert(sizeof(struct stat) == 144, "as programs know it");

int path_from_user(struct path *path, uint64_t directory, uint64_t address)
{
	long length = copy_string_from_user(path->text, address, sizeof path->text);
	struct file *file;

	if (length < 0)
		return length == -E2BIG ? -ENAMETOOLONG : (int)length;
	path->from = working_directory();
	if ((int)directory == AT_FDCWD || path->text[0] == '/')
		return 0;
	file = file_of((uint32_t)directory);
	if (!file)
		return -EBADF;
	path->from = file->node;
	return file->node && (file->node->mode & NODE_KIND) == NODE_DIRECTORY ? 0 : -ENOTDIR;
}

struct node *node_from_user(uint64_t directory, uint64_t address, bool follow, int *error)
{
	struct path path;

	*error = path_from_user(&path, directory, address);
	return *error ? NULL : node_find(path.from, path.text, follow, error);
}

struct node *name_from_user(uint64_t directory, uint64_t address, int *error)
{
	struct path path;

	*error = path_from_user(&path, directory, address);
	return *error ? NULL : node_find_name(path.from, path.text, error);
}

/* Returns the permissions of a new file: `mode` without the bits of the umask. */
static uint32_t mode_of(uint64_t mode)
{
	return (uint32_t)mode & 07777 & ~current_process()->inherited.umask;
}

struct node *parent_for_new(struct path *path, uint64_t directory, uint64_t address, bool for_directory,
                            const char **name, size_t *length, int *error)
{
	struct node *parent;

	*error = path_from_user(path, directory, address);
	parent = *error ? NULL : node_find_parent(path->from, path->text, name, length, error);
	if (!parent)
		return NULL;
	*error = -EEXIST;
	if (node_name_is_fixed(*name, *length) || node_child(parent, *name, *length))
		return NULL;
	*error = -ENOENT;
	return parent->parent && (for_directory || !(*name)[*length]) ? parent : NULL;
}

/*
 * Creates a file and returns its node, or returns NULL and sets *error. If the last component is a
 * dangling link, returns NULL and sets *error to 0 and `path` to the link's target.
 */
static struct node *make_file(struct path *path, uint64_t mode, int *error)
{
	const char *name;
	size_t length;
	struct node *parent = node_find_parent(path->from, path->text, &name, &length, error), *link;
	const void *target;

	if (!parent)
		return NULL;
	*error = -EISDIR;
	if (node_name_is_fixed(name, length) || name[length])
		return NULL;
	*error = -ENOENT;
	if (!parent->parent)
		return NULL;
	link = node_child(parent, name, length);
	if (!link) {
		*error = -ENOSPC;
		return node_create(parent, name, length, NODE_FILE | mode_of(mode));
	}
	if (node_bytes(link, 0, link->size, &target) && link->size < sizeof path->text) {
		memcpy(path->text, target, link->size);
		path->text[link->size] = '\0';
		path->from = parent;
		*error = 0;
	}
	return NULL;
}

/*
 * Returns the node to open, or returns NULL and sets *error. Creates it if the flags ask for that.
 */
static struct node *open_node(struct path *path, uint64_t flags, uint64_t mode, int *error)
{
	const bool make = flags & O_CREAT, exclusive = make && (flags & O_EXCL);
	struct node *node;

	do {
		node = node_find(path->from, path->text, !exclusive && !(flags & O_NOFOLLOW), error);
		if (node && exclusive) {
			*error = -EEXIST;
			return NULL;
		}
		if (!node && make && *error == -ENOENT)
			node = make_file(path, mode, error);
	} while (!node && !*error);
	return node;
}

long sys_openat(uint64_t directory, uint64_t address, uint64_t flags, uint64_t mode)
{
	const bool writes = (flags & O_ACCMODE) != O_RDONLY;
	struct path path;
	struct node *node;
	struct file *file;
	int error = path_from_user(&path, directory, address), fd;
	long again = error ? error : open_descriptor(path.text, flags & O_CLOEXEC);

	if (again != -ENODEV)
		return again;
	node = open_node(&path, flags, mode, &error);
	if (!node)
		return error;
	if ((node->mode & NODE_KIND) == NODE_LINK)
		return -ELOOP;
	if (is_directory(node) && (writes || (flags & (O_CREAT | O_TRUNC))))
		return -EISDIR;
	if ((flags & O_DIRECTORY) && !is_directory(node))
		return -ENOTDIR;
	file = file_open(node, (uint32_t)flags & (O_ACCMODE | O_APPEND | O_NONBLOCK));
	if (!file)
		return -ENOMEM;
	fd = file_install(file, 0, flags & O_CLOEXEC);
	if (fd < 0)
		file_drop(file);
	else if ((flags & O_TRUNC) && (node->mode & NODE_KIND) == NODE_FILE)
		truncate_file(node, 0);
	return fd;
}

long sys_open(uint64_t address, uint64_t flags, uint64_t mode)
{
	return sys_openat((uint64_t)AT_FDCWD, address, flags, mode);
}

static long tell(const struct node *node, uint64_t address)
{
	struct stat stat = { .device = 1, .links = 1, .block_size = PAGE_SIZE };

	if (node) {
		stat.number = node->number;
		stat.mode = node->mode;
		stat.links = is_directory(node) ? 2 : node->links;
		stat.size = (int64_t)node->size;
		stat.blocks = (int64_t)(node->size + 511) / 512;
		stat.device_of_node = node->device ? 1UL << 8 | node->device : 0;
	} else {
		stat.mode = NODE_FIFO | 0600;
	}
	return copy_to_user(address, &stat, sizeof stat);
}

long sys_creat(uint64_t address, uint64_t mode)
{
	return sys_open(address, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

long sys_newfstatat(uint64_t directory, uint64_t path, uint64_t address, uint64_t flags)
{
	struct node *node;
	char first;
	int error;

	if (flags & ~(uint64_t)STAT_FLAGS)
		return -EINVAL;
	if (flags & AT_EMPTY_PATH && !copy_from_user(&first, path, 1) && !first)
		return sys_fstat((uint32_t)directory, address);
	node = node_from_user(directory, path, !(flags & AT_SYMLINK_NOFOLLOW), &error);
	return node ? tell(node, address) : error;
}

long sys_stat(uint64_t path, uint64_t address)
{
	return sys_newfstatat((uint64_t)AT_FDCWD, path, address, 0);
}

long sys_lstat(uint64_t path, uint64_t address)
{
	return sys_newfstatat((uint64_t)AT_FDCWD, path, address, AT_SYMLINK_NOFOLLOW);
}

long sys_fstat(uint64_t fd, uint64_t address)
{
	struct file *file = file_of(fd);
	int error;

	if (!file)
		return -EBADF;
	if (!file->node && !file->pipe) /* the console of a process without descriptor table */
		return tell(node_find(NULL, "/dev/console", true, &error), address);
	return tell(file->node, address);
}

long sys_faccessat(uint64_t directory, uint64_t path, uint64_t mode)
{
	int error;
	struct node *node;

	if (mode & ~7UL)
		return -EINVAL;
	node = node_from_user(directory, path, true, &error);
	if (!node)
		return error;
	/* Reading and writing are not restricted. */
	return (mode & 1) && !is_directory(node) && !(node->mode & 0111) ? -EACCES : 0;
}

long sys_access(uint64_t path, uint64_t mode)
{
	return sys_faccessat((uint64_t)AT_FDCWD, path, mode);
}

long sys_readlinkat(uint64_t directory, uint64_t path, uint64_t buffer, uint64_t size)
{
	int error;
	struct node *node = node_from_user(directory, path, false, &error);
	const void *bytes;
	size_t n;

	if (!node)
		return error;
	if ((node->mode & NODE_KIND) != NODE_LINK || (int)size <= 0)
		return -EINVAL;
	n = node_bytes(node, 0, size, &bytes);
	return copy_to_user(buffer, bytes, n) ? -EFAULT : (long)n;
}

long sys_readlink(uint64_t path, uint64_t buffer, uint64_t size)
{
	return sys_readlinkat((uint64_t)AT_FDCWD, path, buffer, size);
}

long sys_mkdirat(uint64_t directory, uint64_t address, uint64_t mode)
{
	struct path path;
	const char *name;
	size_t length;
	int error;
	struct node *parent = parent_for_new(&path, directory, address, true, &name, &length, &error);

	if (!parent)
		return error;
	return node_create(parent, name, length, NODE_DIRECTORY | mode_of(mode)) ? 0 : -ENOSPC;
}

long sys_mkdir(uint64_t path, uint64_t mode)
{
	return sys_mkdirat((uint64_t)AT_FDCWD, path, mode);
}

long sys_unlinkat(uint64_t directory, uint64_t path, uint64_t flags)
{
	int error;
	struct node *node;

	if (flags & ~(uint64_t)AT_REMOVEDIR)
		return -EINVAL;
	node = name_from_user(directory, path, &error);
	if (!node && !flags && (error == -EINVAL || error == -ENOTEMPTY))
		return -EISDIR; /* the path ends in . or .. */
	if (!node)
		return error;
	if (is_directory(node) != !!(flags & AT_REMOVEDIR))
		return is_directory(node) ? -EISDIR : -ENOTDIR;
	return node_remove(node);
}

long sys_unlink(uint64_t path)
{
	return sys_unlinkat((uint64_t)AT_FDCWD, path, 0);
}

long sys_rmdir(uint64_t path)
{
	return sys_unlinkat((uint64_t)AT_FDCWD, path, AT_REMOVEDIR);
}

long sys_renameat(uint64_t from_directory, uint64_t from, uint64_t to_directory, uint64_t to)
{
	struct node *node, *parent;
	struct path path;
	const char *name;
	size_t length;
	int error;

	node = name_from_user(from_directory, from, &error);
	if (!node)
		/* name_from_user() returns these errors if the path ends in . or .. */
		return error == -EINVAL || error == -ENOTEMPTY ? -EBUSY : error;
	if (node == node_root)
		return -EBUSY;
	error = path_from_user(&path, to_directory, to);
	parent = error ? NULL : node_find_parent(path.from, path.text, &name, &length, &error);
	if (!parent)
		return error;
	if (node_name_is_fixed(name, length))
		return -EBUSY;
	if (!parent->parent)
		return -ENOENT;
	if (name[length] && !is_directory(node))
		return -ENOTDIR;
	return node_rename(node, parent, name, length);
}

long sys_rename(uint64_t from, uint64_t to)
{
	return sys_renameat((uint64_t)AT_FDCWD, from, (uint64_t)AT_FDCWD, to);
}
