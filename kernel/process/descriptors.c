/* SPDX-License-Identifier: MIT */
#include "process/descriptors.h"

#include "fs/file.h"
#include "fs/locks.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "mem/heap.h"
#include "process/process.h"

/* Drops the file of a descriptor, and all locks of the process on that file, as POSIX requires. */
static void let_go(struct process *process, struct file *file)
{
	if (process->holds_locks && file->node && file->node->locks)
		locks_drop(file->node, process);
	file_drop(file);
}

struct file *file_of(uint64_t fd)
{
	const struct file_table *table = current_process()->files;

	if (!table)
		return fd < 3 ? &file_standard : NULL;
	return fd < FILES_MAX ? table->file[fd] : NULL;
}

bool file_hold(struct file *file)
{
	if (!current_process()->main.next)
		return false;
	file->references++;
	return true;
}

static struct file_table *own_table(struct process *process)
{
	struct file_table *table = process->files;

	if (table)
		return table;
	file_standard.node = node_console;
	table = heap_alloc(sizeof *table);
	if (!table)
		return NULL;
	zero_bytes(table, sizeof *table);
	for (unsigned fd = 0; fd < 3; fd++)
		table->file[fd] = &file_standard;
	file_standard.references += 3;
	process->files = table;
	return table;
}

static void put(struct file_table *table, unsigned fd, struct file *file, bool close_on_exec)
{
	table->file[fd] = file;
	table->close_on_exec &= ~(1UL << fd);
	table->close_on_exec |= (uint64_t)close_on_exec << fd;
}

int file_install(struct file *file, unsigned lowest, bool close_on_exec)
{
	struct file_table *table = own_table(current_process());

	if (!table)
		return -ENOMEM;
	for (unsigned fd = lowest; fd < FILES_MAX; fd++)
		if (!table->file[fd]) {
			put(table, fd, file, close_on_exec);
			return (int)fd;
		}
	return -EMFILE;
}

int file_install_at(struct file *file, unsigned fd, bool close_on_exec)
{
	struct file_table *table = own_table(current_process());
	struct file *old;

	if (!table)
		return -ENOMEM;
	old = table->file[fd];
	put(table, fd, file, close_on_exec);
	if (old)
		let_go(current_process(), old);
	return (int)fd;
}

int file_set_close_on_exec(uint64_t fd, bool on)
{
	struct file_table *table = own_table(current_process());

	if (!table)
		return -ENOMEM;
	put(table, (unsigned)fd, table->file[fd], on);
	return 0;
}

int file_close(uint64_t fd)
{
	struct file *file = file_of(fd);
	struct file_table *table;

	if (!file)
		return -EBADF;
	table = own_table(current_process());
	if (!table)
		return -ENOMEM;
	put(table, (unsigned)fd, NULL, false);
	let_go(current_process(), file);
	return 0;
}

int file_table_copy(struct process *to, const struct process *from)
{
	if (!from->files)
		return 0;
	to->files = heap_alloc(sizeof *to->files);
	if (!to->files)
		return -ENOMEM;
	*to->files = *from->files;
	for (unsigned fd = 0; fd < FILES_MAX; fd++)
		if (to->files->file[fd])
			to->files->file[fd]->references++;
	return 0;
}

void file_table_exec(struct process *process)
{
	struct file_table *table = process->files;

	while (table && table->close_on_exec) {
		unsigned fd = (unsigned)__builtin_ctzl(table->close_on_exec);
		struct file *file = table->file[fd];

		put(table, fd, NULL, false);
		let_go(process, file);
	}
}

void file_table_drop(struct process *process)
{
	struct file_table *table = process->files;

	if (!table)
		return;
	process->files = NULL;
	for (unsigned fd = 0; fd < FILES_MAX; fd++)
		if (table->file[fd])
			let_go(process, table->file[fd]);
	heap_free(table);
}

size_t file_table_nameless(const struct process *process)
{
	size_t frames = 0;

	for (unsigned fd = 0; process->files && fd < FILES_MAX; fd++)
		if (process->files->file[fd])
			frames += file_share(process->files->file[fd]);
	return frames;
}
