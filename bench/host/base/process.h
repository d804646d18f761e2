/* SPDX-License-Identifier: MIT */
/*
 * Child processes. Each is the leader of its own process group, reads nothing, and dies with the harness.
 */
#pragma once

#include "bench/host/base/arguments.h"

#include <stdbool.h>
#include <sys/types.h>

struct process_spec {
	const struct arguments *arguments;   /* item[0] is the program: a path, or a name looked up in PATH */
	const struct arguments *environment; /* NAME=value, added to ours; NULL: none */
	const char *directory;               /* to run in; NULL: ours */
	int output; /* the descriptor that the child writes its output to: 1 (standard output) or 3 */
	const char
	        *log; /* file that takes the rest of its output and its messages; NULL: nobody reads them */
};

struct process {
	pid_t pid;  /* 0: no child */
	int output; /* we read here, never blocking; -1: closed */
	bool exited;
	int status; /* after exited: its exit status, or 128 + signal */
	int signal; /* after exited: the signal that ended it, or 0 */
};

/* Starts the child. Returns 0, or -1 with errno. A program that cannot be run exits with status 127. */
int process_start(struct process *process, const struct process_spec *spec);

/*
 * Reads what there is. Returns the number of bytes, 0 when nothing is there now, or -1 at the end (the
 * descriptor is then closed).
 */
ssize_t process_read(struct process *process, char *buffer, size_t size);

/* Looks whether the child has ended, without waiting; when it has, its whole group is ended. */
bool process_reap(struct process *process);

/* Sends `signal` to the child's group. */
void process_signal(const struct process *process, int signal);

/* Ends the child's group at once, waits for the child and closes the descriptor. */
void process_kill(struct process *process);

/*
 * Runs a helper to its end and returns what it wrote, NUL-terminated (the caller frees it), with its exit
 * status in `*status`. NULL when it could not be started, wrote more than 64 MiB, or took longer than
 * `seconds`. Its messages go to ours when `quiet` is false.
 */
char *process_capture(const struct arguments *arguments, const char *directory, unsigned seconds, bool quiet,
                      int *status);
