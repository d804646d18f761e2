/* SPDX-License-Identifier: MIT */
/* System calls that name files by their paths, and what they tell of them. */
#include "sys/paths.h"
#include "fs/file.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "mem/address_space.h"
#include "sys/calls.h"
#include "task/task.h"

/* What stat() knows beside: AT_NO_AUTOMOUNT, AT_STATX_SYNC_TYPE. */
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

static struct node *working_directory(void)
{
	struct node *node = current_task()->directory;

	return node ? node : node_root;
}

int take_path(struct path *path, uint64_t directory, uint64_t address)
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

struct node *take_node(uint64_t directory, uint64_t address, bool follow, int *error)
{
	struct path path;

	*error = take_path(&path, directory, address);
	return *error ? NULL : node_find(path.from, path.text, follow, error);
}

struct node *take_name(uint64_t directory, uint64_t address, int *error)
{
	struct path path;

	*error = take_path(&path, directory, address);
	return *error ? NULL : node_find_name(path.from, path.text, error);
}

/* Of a new file. */
static uint32_t mode_of(uint64_t mode)
{
	return (uint32_t)mode & 07777 & ~current_task()->umask;
}

static bool is_directory(const struct node *node)
{
	return (node->mode & NODE_KIND) == NODE_DIRECTORY;
}

/* The node to open; made when the flags ask for it. */
static struct node *open_node(const struct path *path, uint64_t flags, uint64_t mode, int *error)
{
	struct node *node = node_find(path->from, path->text, !(flags & O_NOFOLLOW), error), *parent;
	const char *name;
	size_t length;

	if (node || *error != -ENOENT || !(flags & O_CREAT)) {
		*error = node && (flags & O_CREAT) && (flags & O_EXCL) ? -EEXIST : *error;
		return node && (flags & O_CREAT) && (flags & O_EXCL) ? NULL : node;
	}
	parent = node_find_parent(path->from, path->text, &name, &length, error);
	if (!parent)
		return NULL;
	*error = !length || name[length] == '/' ? -EISDIR : -ENOENT;
	if (*error == -EISDIR || !parent->parent)
		return NULL;
	*error = -ENOSPC;
	return node_create(parent, name, length, NODE_FILE | mode_of(mode));
}

long sys_openat(uint64_t directory, uint64_t address, uint64_t flags, uint64_t mode)
{
	const bool writes = (flags & O_ACCMODE) != O_RDONLY;
	struct path path;
	struct node *node;
	struct file *file;
	int error = take_path(&path, directory, address), fd;
	long again = error ? error : open_descriptor(path.text, flags & O_CLOEXEC);

	if (again != -ENODEV)
		return again;
	node = open_node(&path, flags, mode, &error);
	if (!node)
		return error;
	if ((node->mode & NODE_KIND) == NODE_LINK)
		return -ELOOP;
	if (is_directory(node) && (writes || (flags & O_CREAT)))
		return -EISDIR;
	if ((flags & O_DIRECTORY) && !is_directory(node))
		return -ENOTDIR;
	file = file_open(node, (uint32_t)flags & (O_ACCMODE | O_APPEND | O_NONBLOCK));
	if (!file)
		return -ENOMEM;
	fd = file_install(file, 0, flags & O_CLOEXEC);
	if (fd < 0)
		file_drop(file);
	else if (writes && (flags & O_TRUNC) && (node->mode & NODE_KIND) == NODE_FILE)
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

long sys_newfstatat(uint64_t directory, uint64_t path, uint64_t address, uint64_t flags)
{
	struct node *node;
	char first;
	int error;

	if (flags & ~(uint64_t)STAT_FLAGS)
		return -EINVAL;
	if (flags & AT_EMPTY_PATH && !copy_from_user(&first, path, 1) && !first)
		return sys_fstat((uint32_t)directory, address);
	node = take_node(directory, path, !(flags & AT_SYMLINK_NOFOLLOW), &error);
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
	if (!file->node && !file->pipe) /* the console of a task without a table */
		return tell(node_find(NULL, "/dev/console", true, &error), address);
	return tell(file->node, address);
}

long sys_faccessat(uint64_t directory, uint64_t path, uint64_t mode)
{
	int error;
	struct node *node;

	if (mode & ~7UL)
		return -EINVAL;
	node = take_node(directory, path, true, &error);
	if (!node)
		return error;
	return (mode & 1) && !is_directory(node) && !(node->mode & 0111) ? -EACCES
	                                                                 : 0; /* root may do the rest */
}

long sys_access(uint64_t path, uint64_t mode)
{
	return sys_faccessat((uint64_t)AT_FDCWD, path, mode);
}

long sys_readlinkat(uint64_t directory, uint64_t path, uint64_t buffer, uint64_t size)
{
	int error;
	struct node *node = take_node(directory, path, false, &error);
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

long sys_getcwd(uint64_t buffer, uint64_t size)
{
	char text[PATH_LENGTH];
	size_t at = sizeof text - 1;
	struct node *node = working_directory();

	text[at] = '\0';
	if (!node->parent)
		return -ENOENT;
	do {
		if (node->name_length + 1UL > at)
			return -ERANGE;
		at -= node->name_length;
		memcpy(text + at, node->name, node->name_length);
		if (node != node_root || text[at] != '/')
			text[--at] = '/';
		node = node->parent;
	} while (node != node_root);
	if (size < sizeof text - at)
		return -ERANGE;
	return copy_to_user(buffer, text + at, sizeof text - at) ? -EFAULT : (long)(sizeof text - at);
}

static long change_directory(struct node *node)
{
	struct task *task = current_task();

	if (!is_directory(node))
		return -ENOTDIR;
	node_hold(node);
	if (task->directory)
		node_drop(task->directory);
	task->directory = node;
	return 0;
}

long sys_chdir(uint64_t path)
{
	int error;
	struct node *node = take_node((uint64_t)AT_FDCWD, path, true, &error);

	return node ? change_directory(node) : error;
}

long sys_fchdir(uint64_t fd)
{
	struct file *file = file_of(fd);

	return !file ? -EBADF : file->node ? change_directory(file->node) : -ENOTDIR;
}

long sys_mkdirat(uint64_t directory, uint64_t address, uint64_t mode)
{
	struct path path;
	struct node *parent;
	const char *name;
	size_t length;
	int error = take_path(&path, directory, address);

	if (error)
		return error;
	if (node_find(path.from, path.text, false, &error))
		return -EEXIST;
	parent = node_find_parent(path.from, path.text, &name, &length, &error);
	if (!parent || !parent->parent)
		return parent ? -ENOENT : error;
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
	node = take_name(directory, path, &error);
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

	node = take_name(from_directory, from, &error);
	if (!node)
		return error;
	if (node == node_root)
		return -EBUSY;
	error = take_path(&path, to_directory, to);
	if (error)
		return error;
	parent = node_find_parent(path.from, path.text, &name, &length, &error);
	if (!parent || !parent->parent || !length)
		return parent ? -ENOENT : error;
	return node_rename(node, parent, name, length);
}

long sys_rename(uint64_t from, uint64_t to)
{
	return sys_renameat((uint64_t)AT_FDCWD, from, (uint64_t)AT_FDCWD, to);
}

/* struct linux_dirent64 (uapi/linux/dirent.h), before the name. */
struct entry {
	uint64_t number;
	int64_t next;
	uint16_t size;
	uint8_t kind;
} __attribute__((packed));
_Static_assert(sizeof(struct entry) == 19, "as programs know it");

/* The position in a directory is the number of entries that were read: `.`, `..`, then the children in their order. */
long sys_getdents64(uint64_t fd, uint64_t buffer, uint64_t size)
{
	struct file *file = file_of(fd);
	const struct node *directory, *child;
	uint64_t done = 0, position = 2;

	if (!file)
		return -EBADF;
	directory = file->node;
	if (!directory || !is_directory(directory))
		return -ENOTDIR;
	child = directory->children;
	for (; child && position < file->offset; position++)
		child = child->next;
	for (;;) {
		char bytes[(sizeof(struct entry) + NAME_LENGTH + 1 + 7) & ~7UL] = { 0 };
		const struct node *node = file->offset == 0   ? directory
		                          : file->offset == 1 ? directory->parent
		                                              : child;
		const char *name = file->offset == 0   ? "."
		                   : file->offset == 1 ? ".."
		                   : child             ? child->name
		                                       : "";
		struct entry *entry = (struct entry *)bytes;

		if (!node)
			break;
		entry->number = node->same ? node->same->number : node->number;
		entry->next = (int64_t)file->offset + 1;
		entry->size = (uint16_t)((sizeof *entry + strlen(name) + 1 + 7) & ~7UL);
		entry->kind = (uint8_t)((node->mode & NODE_KIND) >> 12);
		string_copy(bytes + sizeof *entry, name, NAME_LENGTH + 1);
		if (entry->size > size - done)
			return done ? (long)done : -EINVAL;
		if (copy_to_user(buffer + done, bytes, entry->size))
			return done ? (long)done : -EFAULT;
		done += entry->size;
		if (file->offset >= 2)
			child = child->next;
		file->offset++;
	}
	return (long)done;
}
