/* SPDX-License-Identifier: MIT */
/* Open files: what descriptors lead to (process/descriptors.h). */
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

/* Of poll() (uapi/asm-generic/poll.h). */
#define POLLIN      0x1
#define POLLOUT     0x4
#define POLLERR     0x8
#define POLLHUP     0x10
#define POLLNVAL    0x20

struct file;

/*
 * The operations of a kind of file. `buffer` is a range of the user half; results are bytes or
 * negative error numbers. read() and write() pause (sched/pause.h) and may return early with what
 * is done.
 */
struct file_kind {
	long (*read)(struct file *file, uint64_t buffer, size_t size);
	long (*write)(struct file *file, uint64_t buffer, size_t size);
	void (*close)(struct file *file); /* when the last reference is dropped; or NULL */
	unsigned (*ready)(
	        const struct file *file); /* POLL*: operations that would not block now; NULL: all */
	/*
	 * Stores the number of bytes that read() would get now, negative past the end. Returns 0 or
	 * -ENOTTY; NULL: -ENOTTY.
	 */
	int (*unread)(const struct file *file, int32_t *bytes);
};

/*
 * The next entry of a directory to read; valid while the position and the count of removed names
 * are still these.
 */
struct cursor {
	const struct node *next;
	uint64_t offset;
	uint32_t left;
};

struct file {
	const struct file_kind *kind;
	struct node *node; /* or NULL: a pipe */
	struct pipe *pipe;
	uint64_t offset;
	uint32_t references;
	uint32_t flags; /* of open() */
	struct cursor cursor;
	bool busy;        /* a task that has paused in read() or write() relies on `offset`: file_wait() */
	bool holds_locks; /* it may own some (fs/locks.h) */
	bool broken;      /* write() found a pipe without readers: SIGPIPE is due */
};

/* Tasks in poll() and select(): woken when any file may have become ready. */
extern struct wait_queue file_changed;

/* Opens a node without a check of its permissions. Returns NULL if out of memory. */
struct file *file_open(struct node *node, uint32_t flags);

/* The console: the file of descriptors 0, 1 and 2 of a process that has opened nothing else. */
extern struct file file_standard;

/*
 * Returns the share of one reference in the frames that are freed with the last one: those of a
 * pipe, or of a file without a name.
 */
size_t file_share(const struct file *file);

/* Returns the number of frames that a pipe has. */
size_t pipe_frames(const struct pipe *pipe);

/* Opens the two ends of a new pipe. Returns 0 or -ENOMEM. */
int pipe_open(struct file *ends[2], uint32_t flags);

void file_drop(struct file *file);

/*
 * Fills a range of the user half with numbers of lib/random.h, which are no secret: /dev/urandom
 * and getrandom(). Returns the bytes written, fewer if a signal came, or -EFAULT.
 */
long read_random_bytes(uint64_t buffer, size_t size);

/*
 * Pauses in a read or write (sched/pause.h). Returns true if the call should end. File I/O ends
 * only if a signal will end the task, as in Linux, and other tasks wait for the file's position
 * until file_release() (POSIX 2.9.7).
 */
bool file_pause(struct file *file);
void file_release(struct file *file);

/* Waits until a busy file is released. Returns 0, or -ERESTARTSYS if a signal will end the task. */
int file_wait(const struct file *file);
