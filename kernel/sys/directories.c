/* SPDX-License-Identifier: MIT */
/* System calls on the working directory, and getdents64(). */
#include "fs/file.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "process/descriptors.h"
#include "process/process.h"
#include "sched/pause.h"
#include "sys/calls.h"
#include "sys/paths.h"
#include "vm/address_space.h"

struct node *working_directory(void)
{
	struct node *node = current_process()->directory;

	return node ? node : node_root;
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
	struct process *process = current_process();

	if (!is_directory(node))
		return -ENOTDIR;
	node_hold(node);
	if (process->directory)
		node_drop(process->directory);
	process->directory = node;
	return 0;
}

long sys_chdir(uint64_t path)
{
	int error;
	struct node *node = node_from_user((uint64_t)AT_FDCWD, path, true, &error);

	return node ? change_directory(node) : error;
}

long sys_fchdir(uint64_t fd)
{
	struct file *file = file_of(fd);

	return !file ? -EBADF : file->node ? change_directory(file->node) : -ENOTDIR;
}

#define READ_MAX (32 * KIB) /* bytes per call */

/* struct linux_dirent64 (uapi/linux/dirent.h), before the name. */
struct entry {
	uint64_t number;
	int64_t next;
	uint16_t size;
	uint8_t kind;
} __attribute__((packed));
_Static_assert(sizeof(struct entry) == 19, "as programs know it");

/*
 * Returns the child with which getdents64() continues, or NULL at the end. This is normally the
 * cursor's child. The cursor is out of date if the position has changed, or a name was removed,
 * since the cursor was set. The result is then the first child whose `place` is not below the
 * position.
 */
static const struct node *first_unread(const struct file *file, const struct node *directory)
{
	const struct node *child = directory->children;
	unsigned steps = 0;

	if (file->cursor.next && file->cursor.offset == file->offset && file->cursor.left == directory->left)
		return file->cursor.next;
	if (!child || directory->last->place < file->offset)
		return NULL;
	for (; child->place < file->offset; pause_in_loop(&steps))
		child = child->next;
	return child;
}

/*
 * The position in a directory is 0 before `.`, 1 before `..`, and otherwise the lowest `place` that
 * the next child can have (struct node).
 */
long sys_getdents64(uint64_t fd, uint64_t buffer, uint64_t size)
{
	struct file *file = file_of(fd);
	const struct node *directory, *child;
	uint64_t done = 0;

	if (!file)
		return -EBADF;
	if (size > READ_MAX)
		size = READ_MAX;
	directory = file->node;
	if (!directory || !is_directory(directory))
		return -ENOTDIR;
	child = first_unread(file, directory);
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
		entry->next = (int64_t)(file->offset < 2 ? file->offset : node->place) + 1;
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
		file->offset = (uint64_t)entry->next;
		file->cursor = (struct cursor){ child, file->offset, directory->left };
	}
	return (long)done;
}
