/* SPDX-License-Identifier: MIT */
/*
 * System calls that truncate and extend files. Pages past the new end are also removed from all
 * mappings.
 */
#include "fs/file.h"
#include "lib/errno.h"
#include "process/descriptors.h"
#include "process/process.h"
#include "sys/calls.h"
#include "sys/paths.h"
#include "vm/regions.h"

static void cut_mappings(struct process *process, void *argument)
{
	const struct node *node = argument;

	if (process->space.has_backings && process->task.state != TASK_ZOMBIE)
		region_cut_backing(&process->space, &node->backing, (node->size + PAGE_MASK) / PAGE_SIZE,
		                   process == current_process());
}

int truncate_file(struct node *node, size_t size)
{
	const bool shorter = size < node->size;
	int error;

	interrupts_on(); /* the file may be large, and there may be many processes */
	error = node_truncate(node, size);
	if (!error && shorter)
		process_each(cut_mappings, node);
	interrupts_off();
	return error;
}

long sys_truncate(uint64_t path, uint64_t size)
{
	int error;
	struct node *node = node_from_user((uint64_t)AT_FDCWD, path, true, &error);

	if (!node)
		return error;
	if ((node->mode & NODE_KIND) != NODE_FILE)
		return (node->mode & NODE_KIND) == NODE_DIRECTORY ? -EISDIR : -EINVAL;
	return size > FILE_SIZE_MAX ? -EINVAL : truncate_file(node, size);
}

long sys_ftruncate(uint64_t fd, uint64_t size)
{
	struct file *file = file_of(fd);

	if (!file)
		return -EBADF;
	if (!file->node || (file->flags & O_ACCMODE) == O_RDONLY ||
	    (file->node->mode & NODE_KIND) != NODE_FILE || size > FILE_SIZE_MAX)
		return -EINVAL;
	return truncate_file(file->node, size);
}
