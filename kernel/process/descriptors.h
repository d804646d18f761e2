/* SPDX-License-Identifier: MIT */
/*
 * File descriptors. A process has no table until it first changes a descriptor; until then,
 * descriptors 0, 1 and 2 are the console.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FILES_MAX 64 /* descriptors per process */

struct file;
struct process;

struct file_table {
	struct file *file[FILES_MAX];
	uint64_t close_on_exec; /* bit n belongs to descriptor n */
};

/*
 * Returns the file of a descriptor of the current process, or NULL if it is not open. The file stays
 * open until the task waits or pauses: then another thread may close it.
 */
struct file *file_of(uint64_t fd);

/*
 * Keeps an open file for a call that may wait or pause. Returns true if there are other threads,
 * which could close it meanwhile: then the caller drops it at the end of the call (file_drop()).
 */
bool file_hold(struct file *file);

/*
 * Gives a file the lowest free descriptor from `lowest` on, and takes over the caller's reference.
 * Returns the descriptor, or -EMFILE or -ENOMEM; on an error the caller keeps the reference.
 */
int file_install(struct file *file, unsigned lowest, bool close_on_exec);

/*
 * Like file_install(), but uses the descriptor `fd`, which must be below FILES_MAX. If it is open,
 * its old file is closed.
 */
int file_install_at(struct file *file, unsigned fd, bool close_on_exec);

/* Sets whether execve() closes an open descriptor. Returns 0 or -ENOMEM. */
int file_set_close_on_exec(uint64_t fd, bool on);

/* Closes a descriptor. Returns 0, -EBADF or -ENOMEM. */
int file_close(uint64_t fd);

/* Gives the open files of `from` to a child that has not run yet. Returns 0 or -ENOMEM. */
int file_table_copy(struct process *to, const struct process *from);

/*
 * Returns the process's share of the memory of its open pipes and nameless files, in frames: the
 * sum of file_share() over all descriptors.
 */
size_t file_table_nameless(const struct process *process);

/* Closes the descriptors that execve() does not keep. */
void file_table_exec(struct process *process);

/* Closes all descriptors. */
void file_table_drop(struct process *process);
