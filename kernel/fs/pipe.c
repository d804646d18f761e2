/* SPDX-License-Identifier: MIT */
/*
 * Pipes: a ring of PIPE_PAGES frames between two open files. A frame is allocated on first use and
 * freed with the pipe.
 */
#include "fs/file.h"
#include "lib/errno.h"
#include "mem/heap.h"
#include "sched/wait.h"
#include "vm/address_space.h"

#define PIPE_PAGES 16 /* as in Linux: some programs write 64 KiB before anyone reads */
#define PIPE_SIZE  (PIPE_PAGES * PAGE_SIZE)
#define PIPE_BUF   PAGE_SIZE /* writes of up to this many bytes are atomic */

struct pipe {
	char *page[PIPE_PAGES]; /* addresses in the direct map; NULL: not allocated yet */
	size_t start, used;     /* bytes; start is below PIPE_SIZE */
	bool readers, writers;  /* true while that end is open */
	struct wait_queue changed;
};

static void tell(struct pipe *pipe)
{
	wake_all(&pipe->changed);
	wake_all(&file_changed);
}

static void free_when_unused(struct pipe *pipe)
{
	tell(pipe);
	if (pipe->readers || pipe->writers)
		return;
	for (size_t i = 0; i < PIPE_PAGES; i++)
		if (pipe->page[i])
			frame_free(virt_to_phys(pipe->page[i]));
	heap_free(pipe);
}

static void close_reader(struct file *file)
{
	file->pipe->readers = false;
	free_when_unused(file->pipe);
}

static void close_writer(struct file *file)
{
	file->pipe->writers = false;
	free_when_unused(file->pipe);
}

/*
 * Returns a pointer to contiguous bytes of the ring at offset `at`, and sets *size to their number,
 * at most `most`. Allocates their frame if needed. Returns NULL if out of memory.
 */
static char *run(struct pipe *pipe, size_t at, size_t most, size_t *size)
{
	const size_t left = PAGE_SIZE - at % PAGE_SIZE;
	char **page = &pipe->page[at / PAGE_SIZE % PIPE_PAGES];

	*size = most < left ? most : left;
	if (!*page) {
		const uint64_t frame = frame_alloc();

		if (frame == FRAME_NONE)
			return NULL;
		*page = phys_to_virt(frame);
	}
	return *page + at % PAGE_SIZE;
}

static long read_pipe(struct file *file, uint64_t buffer, size_t size)
{
	struct pipe *pipe = file->pipe;
	size_t done = 0;

	while (!pipe->used && size) {
		if (!pipe->writers)
			return 0;
		if (file->flags & O_NONBLOCK)
			return -EAGAIN;
		if (wait_on(&pipe->changed))
			return -ERESTARTSYS;
	}
	while (done < size && pipe->used) {
		size_t n, most = size - done < pipe->used ? size - done : pipe->used;
		const char *bytes = run(pipe, pipe->start, most, &n);

		if (copy_to_user(buffer + done, bytes, n)) {
			if (done)
				break;
			return -EFAULT;
		}
		pipe->start = (pipe->start + n) % PIPE_SIZE;
		pipe->used -= n;
		done += n;
	}
	if (!pipe->used)
		pipe->start = 0; /* so that small messages use only one frame */
	tell(pipe);
	return (long)done;
}

static long write_pipe(struct file *file, uint64_t buffer, size_t size)
{
	struct pipe *pipe = file->pipe;
	size_t done = 0;

	while (done < size) {
		size_t wanted = size <= PIPE_BUF ? size - done : 1, n, room = PIPE_SIZE - pipe->used;
		char *bytes;

		if (!pipe->readers) {
			file->broken = true;
			return done ? (long)done : -EPIPE;
		}
		if (room < wanted) {
			if (file->flags & O_NONBLOCK)
				return done ? (long)done : -EAGAIN;
			if (wait_on(&pipe->changed))
				return done ? (long)done : -ERESTARTSYS;
			continue;
		}
		bytes = run(pipe, pipe->start + pipe->used, size - done < room ? size - done : room, &n);
		if (!bytes)
			return done ? (long)done : -ENOMEM;
		if (copy_from_user(bytes, buffer + done, n))
			return done ? (long)done : -EFAULT;
		pipe->used += n;
		done += n;
		tell(pipe);
	}
	return (long)done;
}

static unsigned reader_ready(const struct file *file)
{
	return (file->pipe->used ? POLLIN : 0) | (file->pipe->writers ? 0 : POLLHUP);
}

static unsigned writer_ready(const struct file *file)
{
	return (PIPE_SIZE - file->pipe->used >= PIPE_BUF ? POLLOUT : 0) | (file->pipe->readers ? 0 : POLLERR);
}

static int unread(const struct file *file, int32_t *bytes)
{
	*bytes = (int32_t)file->pipe->used;
	return 0;
}

static const struct file_kind reader_kind = {
	.read = read_pipe, .close = close_reader, .ready = reader_ready, .unread = unread
};
static const struct file_kind writer_kind = {
	.write = write_pipe, .close = close_writer, .ready = writer_ready, .unread = unread
};

size_t pipe_frames(const struct pipe *pipe)
{
	size_t count = 0;

	for (size_t i = 0; i < PIPE_PAGES; i++)
		count += pipe->page[i] != NULL;
	return count;
}

int pipe_open(struct file *ends[2], uint32_t flags)
{
	struct pipe *pipe = heap_alloc(sizeof *pipe);

	ends[0] = heap_alloc(sizeof *ends[0]);
	ends[1] = heap_alloc(sizeof *ends[1]);
	if (!pipe || !ends[0] || !ends[1]) {
		heap_free(pipe);
		heap_free(ends[0]);
		heap_free(ends[1]);
		return -ENOMEM;
	}
	*pipe = (struct pipe){ .readers = true, .writers = true };
	*ends[0] = (struct file){
		.kind = &reader_kind, .pipe = pipe, .references = 1, .flags = O_RDONLY | flags
	};
	*ends[1] = (struct file){
		.kind = &writer_kind, .pipe = pipe, .references = 1, .flags = O_WRONLY | flags
	};
	return 0;
}
