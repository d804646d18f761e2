/* SPDX-License-Identifier: MIT */
#include "fs/file.h"

#include "fs/locks.h"
#include "fs/terminal.h"
#include "lib/errno.h"
#include "lib/random.h"
#include "lib/string.h"
#include "mem/heap.h"
#include "process/process.h"
#include "sched/pause.h"
#include "vm/address_space.h"

#define CHUNK 256 /* zeros that are copied at once */

static long read_nothing(struct file *file, uint64_t buffer, size_t size)
{
	(void)file, (void)buffer, (void)size;
	return 0;
}

static long write_nowhere(struct file *file, uint64_t buffer, size_t size)
{
	(void)file, (void)buffer;
	return (long)size;
}

static long read_zeros(struct file *file, uint64_t buffer, size_t size)
{
	static const char zeros[CHUNK];

	for (size_t done = 0; done < size;) {
		size_t n = size - done < CHUNK ? size - done : CHUNK;

		if (copy_to_user(buffer + done, zeros, n))
			return done ? (long)done : -EFAULT;
		done += n;
		if (done % PAUSE_BYTES == 0 && done < size && file_pause(file))
			return (long)done;
	}
	return (long)size;
}

/* The file may be another one after each pause: shorter, or without its bytes of a boot module. */
static long read_node(struct file *file, uint64_t buffer, size_t size)
{
	size_t done = 0, pause = PAUSE_BYTES;

	if ((file->node->mode & NODE_KIND) == NODE_DIRECTORY)
		return -EISDIR;
	while (done < size) {
		const void *bytes;
		size_t n = size < pause ? size - done : pause - done;

		n = node_bytes(file->node, file->offset, n, &bytes);
		if (!n)
			break;
		if (copy_to_user(buffer + done, bytes, n))
			return done ? (long)done : -EFAULT;
		file->offset += n;
		done += n;
		if (done == pause) {
			pause += PAUSE_BYTES;
			if (done < size && file_pause(file))
				break;
		}
	}
	return (long)done;
}

/* A write that appends does so after each pause anew: others may have appended meanwhile. */
static long write_node(struct file *file, uint64_t buffer, size_t size)
{
	size_t done = 0, pause = PAUSE_BYTES;

	if (file->flags & O_APPEND)
		file->offset = file->node->size;
	if (file->offset >= FILE_SIZE_MOST)
		return -EFBIG;
	while (done < size) {
		size_t length = file->node->size, n;
		void *bytes;

		if (done >= pause) {
			pause = done + PAUSE_BYTES;
			if (file_pause(file))
				break;
			if (file->flags & O_APPEND)
				file->offset = file->node->size;
			length = file->node->size;
		}
		n = node_room(file->node, file->offset, size - done, &bytes);
		if (!n)
			return done ? (long)done : -ENOSPC;
		if (copy_from_user(bytes, buffer + done, n)) {
			if (file->node->size > length)
				node_truncate(file->node, length);
			return done ? (long)done : -EFAULT;
		}
		file->offset += n;
		done += n;
	}
	return (long)done;
}

static long write_full(struct file *file, uint64_t buffer, size_t size)
{
	(void)file, (void)buffer, (void)size;
	return -ENOSPC;
}

long read_random_bytes(uint64_t buffer, size_t size)
{
	char chunk[CHUNK];

	for (size_t done = 0; done < size;) {
		size_t n = size - done < CHUNK ? size - done : CHUNK;

		random_bytes(chunk, n);
		if (copy_to_user(buffer + done, chunk, n))
			return done ? (long)done : -EFAULT;
		done += n;
		if (done % PAUSE_BYTES == 0 && done < size && task_pause())
			return (long)done;
	}
	return (long)size;
}

static long read_random(struct file *file, uint64_t buffer, size_t size)
{
	(void)file;
	return read_random_bytes(buffer, size);
}

static int unread_of_node(const struct file *file, int32_t *bytes)
{
	if ((file->node->mode & NODE_KIND) != NODE_FILE)
		return -ENOTTY;
	*bytes = (int32_t)(file->node->size - file->offset);
	return 0;
}

static const struct file_kind console_kind = {
	.read = terminal_read, .write = terminal_write, .ready = terminal_ready, .unread = terminal_unread
};
static const struct file_kind null_kind = { .read = read_nothing, .write = write_nowhere };
static const struct file_kind zero_kind = { .read = read_zeros, .write = write_nowhere };
static const struct file_kind full_kind = { .read = read_zeros, .write = write_full };
static const struct file_kind random_kind = { .read = read_random, .write = write_nowhere };
static const struct file_kind node_kind = { .read = read_node,
	                                    .write = write_node,
	                                    .unread = unread_of_node };

struct wait_queue file_changed;
static struct wait_queue released; /* a file that was busy is not any more: they look which */

bool file_pause(struct file *file)
{
	if (!file->node || file->node->device)
		return task_pause();
	file->busy = true;
	return task_pause_unless_killed();
}

void file_release(struct file *file)
{
	file->busy = false;
	wake_all(&released);
}

int file_wait(const struct file *file)
{
	while (file->busy)
		if (wait_on(&released)) {
			if (signal_will_end(current_task()))
				return -ERESTARTSYS;
			task_yield();
		}
	return 0;
}

/* What stands at 0, 1 and 2 of a task without a table. */
static struct file standard = { .kind = &console_kind, .references = 1, .flags = O_RDWR };

static const struct file_kind *kind_of(const struct node *node)
{
	switch (node->device) {
	case DEVICE_CONSOLE:
		return &console_kind;
	case DEVICE_NULL:
		return &null_kind;
	case DEVICE_ZERO:
		return &zero_kind;
	case DEVICE_FULL:
		return &full_kind;
	case DEVICE_RANDOM:
		return &random_kind;
	}
	return &node_kind;
}

struct file *file_open(struct node *node, uint32_t flags)
{
	struct file *file = heap_alloc(sizeof *file);

	if (!file)
		return NULL;
	*file = (struct file){ .kind = kind_of(node), .node = node, .references = 1, .flags = flags };
	node_hold(node);
	return file;
}

void file_drop(struct file *file)
{
	if (--file->references)
		return;
	if (file->kind->close)
		file->kind->close(file);
	if (file->holds_locks)
		locks_drop(file->node, file);
	if (file->node)
		node_drop(file->node);
	heap_free(file);
}

/* A task gives a descriptor up, and with it, as POSIX wants, its locks on the file. */
static void let_go(struct task *task, struct file *file)
{
	if (task->holds_locks && file->node && file->node->locks)
		locks_drop(file->node, task);
	file_drop(file);
}

struct file *file_of(uint64_t fd)
{
	const struct file_table *table = current_task()->files;

	if (!table)
		return fd < 3 ? &standard : NULL;
	return fd < FILES_MOST ? table->file[fd] : NULL;
}

static struct file_table *own_table(struct task *task)
{
	struct file_table *table = task->files;

	if (table)
		return table;
	standard.node = node_console;
	table = heap_alloc(sizeof *table);
	if (!table)
		return NULL;
	zero_bytes(table, sizeof *table);
	for (unsigned fd = 0; fd < 3; fd++)
		table->file[fd] = &standard;
	standard.references += 3;
	task->files = table;
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
	struct file_table *table = own_table(current_task());

	if (!table)
		return -ENOMEM;
	for (unsigned fd = lowest; fd < FILES_MOST; fd++)
		if (!table->file[fd]) {
			put(table, fd, file, close_on_exec);
			return (int)fd;
		}
	return -EMFILE;
}

int file_install_at(struct file *file, unsigned fd, bool close_on_exec)
{
	struct file_table *table = own_table(current_task());
	struct file *old;

	if (!table)
		return -ENOMEM;
	old = table->file[fd];
	put(table, fd, file, close_on_exec);
	if (old)
		let_go(current_task(), old);
	return (int)fd;
}

int file_set_close_on_exec(uint64_t fd, bool on)
{
	struct file_table *table = own_table(current_task());

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
	table = own_table(current_task());
	if (!table)
		return -ENOMEM;
	put(table, (unsigned)fd, NULL, false);
	let_go(current_task(), file);
	return 0;
}

int file_table_copy(struct task *to, const struct task *from)
{
	if (!from->files)
		return 0;
	to->files = heap_alloc(sizeof *to->files);
	if (!to->files)
		return -ENOMEM;
	*to->files = *from->files;
	for (unsigned fd = 0; fd < FILES_MOST; fd++)
		if (to->files->file[fd])
			to->files->file[fd]->references++;
	return 0;
}

void file_table_exec(struct task *task)
{
	struct file_table *table = task->files;

	while (table && table->close_on_exec) {
		unsigned fd = (unsigned)__builtin_ctzl(table->close_on_exec);
		struct file *file = table->file[fd];

		put(table, fd, NULL, false);
		let_go(task, file);
	}
}

void file_table_drop(struct task *task)
{
	struct file_table *table = task->files;

	if (!table)
		return;
	task->files = NULL;
	for (unsigned fd = 0; fd < FILES_MOST; fd++)
		if (table->file[fd])
			let_go(task, table->file[fd]);
	heap_free(table);
}

/* A pipe has two ends. */
static size_t share_of(const struct file *file)
{
	if (file->pipe)
		return pipe_frames(file->pipe) / (2 * file->references);
	if (!file->node || file->node->device || file->node->links)
		return 0;
	return file->node->frames / ((size_t)file->node->backing.references * file->references);
}

size_t file_table_nameless(const struct task *task)
{
	size_t frames = 0;

	for (unsigned fd = 0; task->files && fd < FILES_MOST; fd++)
		if (task->files->file[fd])
			frames += share_of(task->files->file[fd]);
	return frames;
}
