/* SPDX-License-Identifier: MIT */
/* Open files, to which descriptors refer (process/descriptors.h). */
#pragma once

#include "fs/node.h"
#include "sched/wait.h"

/* Flags of open() (uapi/asm-generic/fcntl.h). */
#define O_RDONLY    0
#define O_WRONLY    01
#define O_RDWR      02
#define O_ACCMODE   03
#define O_CREAT     0100
#define O_EXCL      0200
#define O_TRUNC     01000
#define O_APPEND    02000
#define O_NONBLOCK  04000
#define O_DIRECTORY 0200000
#define O_NOFOLLOW  0400000
#define O_CLOEXEC   02000000

/* Events of poll() (uapi/asm-generic/poll.h). */
#define POLLIN      0x1
#define POLLOUT     0x4
#define POLLERR     0x8
#define POLLHUP     0x10
#define POLLNVAL    0x20

struct file;

/*
 * The operations of a kind of file. `buffer` is a user address; the caller has checked that the
 * range lies in the user half. read() and write() return the number of bytes transferred, or a
 * negative error number. They pause (sched/pause.h), and may return early after a pause, with fewer
 * bytes.
 */
struct file_kind {
	long (*read)(struct file *file, uint64_t buffer, size_t size);
	long (*write)(struct file *file, uint64_t buffer, size_t size);
	void (*close)(struct file *file); /* called when the last reference is dropped; or NULL */
	/*
	 * Returns the POLL* bits of the operations that would not block now. If this is NULL, no
	 * operation ever blocks.
	 */
	unsigned (*ready)(const struct file *file);
	/*
	 * Stores the number of bytes that read() would return now; it is negative if the position
	 * is past the end. Returns 0 or -ENOTTY. If this is NULL, the result is always -ENOTTY.
	 */
	int (*unread)(const struct file *file, int32_t *bytes);
};

/*
 * Where getdents64() continues in a directory. `next` is valid while the file's position is
 * `offset` and the directory's count of removed names (node.left) is `left`.
 */
struct cursor {
	const struct node *next;
	uint64_t offset;
	uint32_t left;
};

struct file {
	const struct file_kind *kind;
	struct node *node; /* NULL for pipes and file_standard */
	struct pipe *pipe;
	uint64_t offset;
	uint32_t references;
	uint32_t flags; /* O_*, given to open() */
	struct cursor cursor;
	/*
	 * True while a task pauses in read() or write(). Other tasks that need `offset` wait
	 * (file_wait()).
	 */
	bool busy;
	bool holds_locks; /* true if it may own locks (fs/locks.h) */
	bool broken;      /* write() found a pipe without readers: SIGPIPE is due */
};

/* Tasks in poll() and select(): woken when any file may have become ready. */
extern struct wait_queue file_changed;

/* Opens a node without checking its permissions; `flags` are O_*. Returns NULL if out of memory. */
struct file *file_open(struct node *node, uint32_t flags);

/* The console, for descriptors 0, 1 and 2 of a process that has no descriptor table yet. */
extern struct file file_standard;

/*
 * For a pipe or a file without a name, returns the number of its frames divided by the number of
 * references to it. Returns 0 for other files, which are not freed with their last reference.
 */
size_t file_share(const struct file *file);

/* Returns the number of frames that a pipe has allocated. */
size_t pipe_frames(const struct pipe *pipe);

/*
 * Creates a pipe and opens it for reading (ends[0]) and writing (ends[1]). `flags` is O_NONBLOCK or
 * 0. Returns 0 or -ENOMEM.
 */
int pipe_open(struct file *ends[2], uint32_t flags);

/* Drops a reference. The last one closes the file. */
void file_drop(struct file *file);

/*
 * Fills a range of the user half with pseudo-random bytes, for /dev/urandom and getrandom(). The
 * bytes come from lib/random.h; they are not secret. Returns the number of bytes written, or
 * -EFAULT. The number is less than `size` if a signal came.
 */
long read_random_bytes(uint64_t buffer, size_t size);

/*
 * Pauses in a read or write (sched/pause.h). Returns true if the call should end early. For a file
 * in the tree of nodes, returns true only if a signal will end the task, as in Linux. For such a
 * file, other tasks wait for the position until file_release() (POSIX 2.9.7).
 */
bool file_pause(struct file *file);
void file_release(struct file *file);

/* Waits until a busy file is released. Returns 0, or -ERESTARTSYS if a signal will end the task. */
int file_wait(const struct file *file);
