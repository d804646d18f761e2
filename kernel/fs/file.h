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
 * What a kind of file does. `buffer` is a user address that lies in the user half; results are bytes or negative error numbers. To read
 * and to write take pauses (sched/pause.h), and end early with what is done.
 */
struct file_kind {
	long (*read)(struct file *file, uint64_t buffer, size_t size);
	long (*write)(struct file *file, uint64_t buffer, size_t size);
	void (*close)(struct file *file);           /* the last reference went; or NULL */
	unsigned (*ready)(const struct file *file); /* POLL*: what would not block now; or NULL: anything */
	/* The bytes that read() has now, negative past the end: 0, or -ENOTTY as without the function. */
	int (*unread)(const struct file *file, int32_t *bytes);
};

/* Where the reading of a directory goes on: that is so while the position and the names that have left are still these. */
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
	bool busy;        /* a task that pauses in read() or write() goes on at `offset`: file_wait() */
	bool holds_locks; /* it may own some (fs/locks.h) */
	bool broken;      /* write() found a pipe without readers: SIGPIPE is due */
};

/* Tasks that wait until some file, they look which, would not block any more. */
extern struct wait_queue file_changed;

/* Opens a node; what its permissions say is not asked. NULL: no memory. */
struct file *file_open(struct node *node, uint32_t flags);

/* The console: the file of descriptors 0, 1 and 2 of a process that has opened nothing else. */
extern struct file file_standard;

/*
 * Returns the share of one reference in the frames that are freed with the last one: those of a pipe,
 * or of a file without a name.
 */
size_t file_share(const struct file *file);

/* Returns the number of frames that a pipe has. */
size_t pipe_frames(const struct pipe *pipe);

/* Opens the two ends of a new pipe. Returns 0 or -ENOMEM. */
int pipe_open(struct file *ends[2], uint32_t flags);

void file_drop(struct file *file);

/*
 * What reading /dev/urandom and getrandom() do: numbers of lib/random.h, which are no secret. The user address lies in the user half. Bytes,
 * fewer if a signal came, or -EFAULT.
 */
long read_random_bytes(uint64_t buffer, size_t size);

/*
 * A pause in reading or writing (sched/pause.h): true if the call should end. For files in the tree that is only when a signal ends
 * the task, as in Linux, and until file_release() other tasks do not use the position of the file (POSIX 2.9.7).
 */
bool file_pause(struct file *file);
void file_release(struct file *file);

/* Waits until no other task uses the position of a file that is busy. 0, or -ERESTARTSYS: a signal will end the task. */
int file_wait(const struct file *file);
