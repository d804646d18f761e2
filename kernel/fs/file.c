/* SPDX-License-Identifier: MIT */
#include "fs/file.h"

#include "fs/locks.h"
#include "fs/terminal.h"
#include "lib/errno.h"
#include "lib/random.h"
#include "lib/string.h"
#include "mem/heap.h"
#include "sched/pause.h"
#include "sched/task.h"
#include "vm/address_space.h"

#define CHUNK 256 /* bytes copied at a time */

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

/*
 * During a pause, other tasks may change the file: they may shorten it, or move its bytes from a
 * boot module to frames. So node_bytes() is called again after each pause.
 */
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

/*
 * With O_APPEND, the position moves to the end of the file again after each pause, since other
 * tasks may have appended data.
 */
static long write_node(struct file *file, uint64_t buffer, size_t size)
{
	size_t done = 0, pause = PAUSE_BYTES;

	if (file->flags & O_APPEND)
		file->offset = file->node->size;
	if (file->offset >= FILE_SIZE_MAX)
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
static struct wait_queue released; /* tasks in file_wait(): woken when any busy file is released */

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
			if (will_end_hook(current_task()))
				return -ERESTARTSYS;
			task_yield();
		}
	return 0;
}

struct file file_standard = { .kind = &console_kind, .references = 1, .flags = O_RDWR };

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

size_t file_share(const struct file *file)
{
	if (file->pipe)
		return pipe_frames(file->pipe) / (2 * file->references); /* a pipe has two ends */
	if (!file->node || file->node->device || file->node->links)
		return 0;
	return file->node->frames / ((size_t)file->node->backing.references * file->references);
}
