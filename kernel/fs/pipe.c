/* SPDX-License-Identifier: MIT */
/* Pipes: a ring of one page between two open files. */
#include "fs/file.h"
#include "lib/errno.h"
#include "mem/address_space.h"
#include "mem/heap.h"
#include "task/task.h"
#include "task/wait.h"

#define PIPE_SIZE PAGE_SIZE /* bytes; writes of at most as many are in one piece (PIPE_BUF) */

struct pipe {
	char *ring;
	size_t start, used;
	bool readers, writers; /* that end is open */
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
	frame_free(virt_to_phys(pipe->ring));
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

/* Bytes from `at` on that lie side by side in the ring, at most `most`. */
static size_t run(size_t at, size_t most)
{
	size_t left = PIPE_SIZE - at % PIPE_SIZE;

	return most < left ? most : left;
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
		size_t n = run(pipe->start, size - done < pipe->used ? size - done : pipe->used);

		if (copy_to_user(buffer + done, pipe->ring + pipe->start % PIPE_SIZE, n))
			return done ? (long)done : -EFAULT;
		pipe->start += n;
		pipe->used -= n;
		done += n;
	}
	tell(pipe);
	return (long)done;
}

static long write_pipe(struct file *file, uint64_t buffer, size_t size)
{
	struct pipe *pipe = file->pipe;
	size_t done = 0;

	while (done < size) {
		size_t wanted = size <= PIPE_SIZE ? size - done : 1, n;

		if (!pipe->readers) {
			struct task *task = current_task();

			signal_send(task, SIGPIPE, (struct signal_info){ .code = SI_USER, .pid = task->pid });
			return done ? (long)done : -EPIPE;
		}
		if (PIPE_SIZE - pipe->used < wanted) {
			if (file->flags & O_NONBLOCK)
				return done ? (long)done : -EAGAIN;
			if (wait_on(&pipe->changed))
				return done ? (long)done : -ERESTARTSYS;
			continue;
		}
		n = PIPE_SIZE - pipe->used;
		n = run(pipe->start + pipe->used, size - done < n ? size - done : n);
		if (copy_from_user(pipe->ring + (pipe->start + pipe->used) % PIPE_SIZE, buffer + done, n))
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
	return (file->pipe->used < PIPE_SIZE ? POLLOUT : 0) | (file->pipe->readers ? 0 : POLLERR);
}

static const struct file_kind reader_kind = { .read = read_pipe,
	                                      .close = close_reader,
	                                      .ready = reader_ready };
static const struct file_kind writer_kind = { .write = write_pipe,
	                                      .close = close_writer,
	                                      .ready = writer_ready };

int pipe_open(struct file *ends[2], uint32_t flags)
{
	struct pipe *pipe = heap_alloc(sizeof *pipe);
	uint64_t ring = frame_alloc();

	ends[0] = heap_alloc(sizeof *ends[0]);
	ends[1] = heap_alloc(sizeof *ends[1]);
	if (!pipe || ring == FRAME_NONE || !ends[0] || !ends[1]) {
		heap_free(pipe);
		heap_free(ends[0]);
		heap_free(ends[1]);
		if (ring != FRAME_NONE)
			frame_free(ring);
		return -ENOMEM;
	}
	*pipe = (struct pipe){ .ring = phys_to_virt(ring), .readers = true, .writers = true };
	*ends[0] = (struct file){
		.kind = &reader_kind, .pipe = pipe, .references = 1, .flags = O_RDONLY | flags
	};
	*ends[1] = (struct file){
		.kind = &writer_kind, .pipe = pipe, .references = 1, .flags = O_WRONLY | flags
	};
	return 0;
}
