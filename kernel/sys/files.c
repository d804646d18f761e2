/* SPDX-License-Identifier: MIT */
/*
 * System calls on open files: read, write, positions and descriptors. sys/paths.c has the calls
 * that take paths.
 */
#include "fs/file.h"
#include "fs/locks.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "process/descriptors.h"
#include "process/process.h"
#include "sched/pause.h"
#include "sys/calls.h"
#include "vm/address_space.h"

#define VECTORS_MAX  1024         /* Linux's UIO_MAXIOV */
#define TRANSFER_MAX 0x7ffff000UL /* bytes per call, all vectors together (Linux's MAX_RW_COUNT) */

enum { FROM_START, FROM_HERE, FROM_END }; /* SEEK_SET, SEEK_CUR, SEEK_END */
enum { F_DUPFD = 0, F_GETFD = 1, F_SETFD = 2, F_GETFL = 3, F_SETFL = 4, F_DUPFD_CLOEXEC = 1030 };
enum { FD_CLOEXEC = 1 };

typedef long transfer(struct file *file, uint64_t buffer, size_t size);

static void raise_sigpipe(struct file *file)
{
	file->broken = false;
	signal_send_thread(current_thread(), SIGPIPE,
	                   (struct signal_info){ .code = SI_USER, .pid = current_process()->pid });
}

static long transfer_one(struct file *file, uint64_t buffer, uint64_t size, bool write)
{
	transfer *const function = write ? file->kind->write : file->kind->read;
	long result;

	if (!function || (file->flags & O_ACCMODE) == (write ? O_RDONLY : O_WRONLY))
		return -EBADF;
	if (!user_range(buffer, size))
		return -EFAULT;
	result = function(file, buffer, size < TRANSFER_MAX ? size : TRANSFER_MAX);
	if (file->broken)
		raise_sigpipe(file);
	return result;
}

/*
 * Transfers at the file's position. If another task has paused in the middle of a transfer of this
 * file, first waits until that transfer is complete. Returns the bytes transferred or a negative
 * error number.
 */
static long transfer_here(uint64_t fd, uint64_t buffer, uint64_t size, bool write)
{
	struct file *file = file_of(fd);
	long result = -ERESTARTSYS;
	bool held;

	if (!file)
		return -EBADF;
	held = file_hold(file);
	if (!file->busy || !file_wait(file)) {
		result = transfer_one(file, buffer, size, write);
		if (file->busy)
			file_release(file);
	}
	if (held)
		file_drop(file);
	return result;
}

long sys_read(uint64_t fd, uint64_t buffer, uint64_t size)
{
	return transfer_here(fd, buffer, size, false);
}

long sys_write(uint64_t fd, uint64_t buffer, uint64_t size)
{
	return transfer_here(fd, buffer, size, true);
}

static long transfer_vectors(struct file *file, uint64_t vectors, uint64_t count, bool write)
{
	uint64_t done = 0, pause = PAUSE_BYTES;

	for (uint64_t i = 0; i < count && done < TRANSFER_MAX; i++) {
		uint64_t vector[2]; /* address, bytes */
		long result;

		if (copy_from_user(vector, vectors + i * sizeof vector, sizeof vector))
			return done ? (long)done : -EFAULT;
		if ((int64_t)vector[1] < 0)
			return done ? (long)done : -EINVAL;
		if (!vector[1])
			continue;
		if (done && !write && file->kind->ready && !(file->kind->ready(file) & POLLIN))
			break; /* returns the bytes read so far instead of waiting for more */
		if (vector[1] > TRANSFER_MAX - done && user_range(vector[0], vector[1]))
			vector[1] = TRANSFER_MAX - done;
		result = transfer_one(file, vector[0], vector[1], write);
		if (result < 0)
			return done ? (long)done : result;
		done += (uint64_t)result;
		if ((uint64_t)result < vector[1])
			break;
		if (done >= pause) {
			pause = done + PAUSE_BYTES;
			if (file_pause(file))
				break;
		}
	}
	return (long)done;
}

static long transfer_all(uint64_t fd, uint64_t vectors, uint64_t count, bool write)
{
	struct file *file = file_of(fd);
	long result = -ERESTARTSYS;
	bool held;

	if (!file)
		return -EBADF;
	if (count > VECTORS_MAX)
		return -EINVAL;
	held = file_hold(file);
	if (!file->busy || !file_wait(file)) {
		result = transfer_vectors(file, vectors, count, write);
		if (file->busy)
			file_release(file);
	}
	if (held)
		file_drop(file);
	return result;
}

long sys_readv(uint64_t fd, uint64_t vectors, uint64_t count)
{
	return transfer_all(fd, vectors, count, false);
}

long sys_writev(uint64_t fd, uint64_t vectors, uint64_t count)
{
	return transfer_all(fd, vectors, count, true);
}

/*
 * Copies an open file to *there, and sets the copy's position to `offset`. If the file must
 * be dropped at the end of the call, stores it in *held, else NULL (file_hold()). Returns 0, -EBADF, -EINVAL or -ESPIPE.
 */
static int file_at(uint64_t fd, uint64_t offset, struct file *there, struct file **held)
{
	struct file *file = file_of(fd);

	if (!file)
		return -EBADF;
	if ((int64_t)offset < 0)
		return -EINVAL;
	if (!file->node || (file->node->mode & NODE_KIND) == NODE_CHARACTER)
		return -ESPIPE;
	*there = *file;
	there->offset = offset;
	*held = file_hold(file) ? file : NULL;
	return 0;
}

static long transfer_at(uint64_t fd, uint64_t buffer, uint64_t size, uint64_t offset, bool write)
{
	struct file there, *held;
	long result = file_at(fd, offset, &there, &held);

	if (result)
		return result;
	result = transfer_one(&there, buffer, size, write);
	if (held)
		file_drop(held);
	return result;
}

long sys_pread64(uint64_t fd, uint64_t buffer, uint64_t size, uint64_t offset)
{
	return transfer_at(fd, buffer, size, offset, false);
}

long sys_pwrite64(uint64_t fd, uint64_t buffer, uint64_t size, uint64_t offset)
{
	return transfer_at(fd, buffer, size, offset, true);
}

static long transfer_all_at(uint64_t fd, uint64_t vectors, uint64_t count, uint64_t offset, bool write)
{
	struct file there, *held;
	long result = file_at(fd, offset, &there, &held);

	if (result)
		return result;
	result = count > VECTORS_MAX ? -EINVAL : transfer_vectors(&there, vectors, count, write);
	if (held)
		file_drop(held);
	return result;
}

long sys_preadv(uint64_t fd, uint64_t vectors, uint64_t count, uint64_t offset)
{
	return transfer_all_at(fd, vectors, count, offset, false);
}

long sys_pwritev(uint64_t fd, uint64_t vectors, uint64_t count, uint64_t offset)
{
	return transfer_all_at(fd, vectors, count, offset, true);
}

long sys_lseek(uint64_t fd, uint64_t offset, uint64_t whence)
{
	struct file *file = file_of(fd);
	int64_t base, result;

	if (!file)
		return -EBADF;
	if (!file->node || (file->node->mode & NODE_KIND) == NODE_CHARACTER)
		return -ESPIPE;
	if (whence > FROM_END)
		return -EINVAL;
	if (file->busy) {
		const bool held = file_hold(file);
		const int error = file_wait(file);

		if (held)
			file_drop(file);
		if (error)
			return error;
		file = file_of(fd);
		if (!file)
			return -EBADF;
	}
	base = whence == FROM_START  ? 0
	       : whence == FROM_HERE ? (int64_t)file->offset
	                             : (int64_t)file->node->size;
	if (__builtin_add_overflow(base, (int64_t)offset, &result) || result < 0)
		return -EINVAL;
	file->offset = (uint64_t)result;
	return result;
}

long sys_close(uint64_t fd)
{
	return file_close(fd);
}

enum { CLOSE_RANGE_UNSHARE = 2, CLOSE_RANGE_CLOEXEC = 4 };

/* Processes share no descriptor table, so CLOSE_RANGE_UNSHARE has nothing to do. */
long sys_close_range(uint64_t first, uint64_t last, uint64_t flags)
{
	int error = 0;

	if (flags & ~(uint64_t)(CLOSE_RANGE_UNSHARE | CLOSE_RANGE_CLOEXEC) ||
	    (uint32_t)first > (uint32_t)last)
		return -EINVAL;
	for (uint64_t fd = (uint32_t)first; !error && fd <= (uint32_t)last && fd < FILES_MAX; fd++)
		if (file_of(fd))
			error = flags & CLOSE_RANGE_CLOEXEC ? file_set_close_on_exec(fd, true)
			                                    : file_close(fd);
	return error;
}

static long duplicate(uint64_t fd, uint64_t lowest, bool close_on_exec)
{
	struct file *file = file_of(fd);
	int result;

	if (!file)
		return -EBADF;
	if (lowest >= FILES_MAX)
		return -EINVAL;
	file->references++;
	result = file_install(file, (unsigned)lowest, close_on_exec);
	if (result < 0)
		file->references--;
	return result;
}

long open_descriptor(const char *path, bool close_on_exec)
{
	static const char *const names[] = { "/dev/stdin", "/dev/stdout", "/dev/stderr" };
	static const char folder[] = "/dev/fd/";
	uint64_t fd = 0;

	for (uint64_t i = 0; i < 3; i++)
		if (strcmp(path, names[i]) == 0)
			return duplicate(i, 0, close_on_exec);
	if (strncmp(path, folder, sizeof folder - 1) != 0)
		return -ENODEV;
	path += sizeof folder - 1;
	do
		fd = *path >= '0' && *path <= '9' && fd < FILES_MAX ? fd * 10 + (uint64_t)(*path - '0')
		                                                    : FILES_MAX;
	while (*path && *++path);
	return fd < FILES_MAX ? duplicate(fd, 0, close_on_exec) : -ENOENT;
}

long sys_dup(uint64_t fd)
{
	return duplicate(fd, 0, false);
}

static long duplicate_to(uint64_t fd, uint64_t to, bool close_on_exec)
{
	struct file *file = file_of(fd);
	int result;

	if (!file || to >= FILES_MAX)
		return -EBADF;
	file->references++;
	result = file_install_at(file, (unsigned)to, close_on_exec);
	if (result < 0)
		file->references--;
	return result;
}

long sys_dup2(uint64_t fd, uint64_t to)
{
	if (fd == to)
		return file_of(fd) ? (long)fd : -EBADF;
	return duplicate_to(fd, to, false);
}

long sys_dup3(uint64_t fd, uint64_t to, uint64_t flags)
{
	if (fd == to || (flags & ~(uint64_t)O_CLOEXEC))
		return -EINVAL;
	return duplicate_to(fd, to, flags & O_CLOEXEC);
}

long sys_pipe2(uint64_t address, uint64_t flags)
{
	struct file *ends[2];
	int fds[2], error;

	if (flags & ~(uint64_t)(O_CLOEXEC | O_NONBLOCK))
		return -EINVAL;
	error = pipe_open(ends, (uint32_t)flags & O_NONBLOCK);
	if (error)
		return error;
	fds[0] = file_install(ends[0], 0, flags & O_CLOEXEC);
	fds[1] = fds[0] < 0 ? fds[0] : file_install(ends[1], 0, flags & O_CLOEXEC);
	error = fds[1] < 0 ? fds[1] : copy_to_user(address, fds, sizeof fds);
	if (!error)
		return 0;
	if (fds[0] >= 0)
		file_close((uint64_t)fds[0]);
	else
		file_drop(ends[0]);
	if (fds[0] >= 0 && fds[1] >= 0)
		file_close((uint64_t)fds[1]);
	else
		file_drop(ends[1]);
	return error;
}

long sys_pipe(uint64_t address)
{
	return sys_pipe2(address, 0);
}

/*
 * fcntl() on a lock, which may wait. If another thread closes the descriptor meanwhile, the process
 * keeps no lock on the file.
 */
static long set_lock(uint64_t fd, struct file *file, uint64_t command, uint64_t value)
{
	const bool held = file_hold(file);
	const long result = fcntl_lock(file, command, value);

	if (held) {
		if (file_of(fd) != file && file->node)
			locks_drop(file->node, current_process());
		file_drop(file);
	}
	return result;
}

long sys_fcntl(uint64_t fd, uint64_t command, uint64_t value)
{
	struct file *file = file_of(fd);
	struct file_table *table = current_process()->files;
	const uint32_t settable = O_APPEND | O_NONBLOCK;

	if (!file)
		return -EBADF;
	switch (command) {
	case F_DUPFD:
	case F_DUPFD_CLOEXEC:
		return duplicate(fd, value, command == F_DUPFD_CLOEXEC);
	case F_GETFD:
		return table ? (long)(table->close_on_exec >> fd & 1) : 0;
	case F_SETFD:
		return file_set_close_on_exec(fd, value & FD_CLOEXEC);
	case F_GETFL:
		return (long)file->flags;
	case F_SETFL:
		file->flags = (file->flags & ~settable) | ((uint32_t)value & settable);
		return 0;
	}
	return fcntl_locks(command) ? set_lock(fd, file, command, value) : -EINVAL;
}
