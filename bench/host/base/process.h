/* SPDX-License-Identifier: MIT */
/* Child processes. Each leads its own process group, has no input, and dies with the harness. */
#pragma once

#include "bench/host/base/arguments.h"

#include <stdbool.h>
#include <sys/types.h>

struct process_spec {
	/* item[0] is the path of the program, or its name in PATH. */
	const struct arguments *arguments;
	const struct arguments *environment; /* NAME=value, added to the harness's; NULL: none */
	const char *directory;               /* the child's working folder; NULL: the harness's */
	/* The child's descriptor whose output process_read() reads: 1 (standard output) or 3. */
	int output;
	/* The child's stderr, and its stdout unless `output` is 1, are appended to this file. NULL:
	 * the child inherits them. */
	const char *log;
};

struct process {
	pid_t pid;  /* 0: no child */
	int output; /* non-blocking descriptor for reading the output; -1: closed */
	bool exited;
	int status; /* if exited: its exit status, or 128 + signal */
	int signal; /* if exited: the signal that ended it, or 0 */
};

/*
 * Starts a child. Returns 0, or -1 with errno. If its program cannot be executed, the child exits
 * with status 127.
 */
int process_start(struct process *process, const struct process_spec *spec);

/*
 * Reads output without blocking. Returns the number of bytes, 0 if there are none now, or -1 at the
 * end of the output or on an error. Before it returns -1, it closes the descriptor.
 */
ssize_t process_read(struct process *process, char *buffer, size_t size);

/*
 * Returns true if the child has ended; does not wait. If the child has just ended, kills the rest
 * of its process group and reaps the child.
 */
bool process_reap(struct process *process);

/* Sends `signal` to the child's process group, unless the child has ended. */
void process_signal(const struct process *process, int signal);

/* Kills the child's process group, waits for the child and closes the descriptor. */
void process_kill(struct process *process);

/*
 * Runs a program to its end, in `directory` unless that is NULL. Returns its standard output as a
 * NUL-terminated text, which the caller frees. Stores its exit status in `*status`. Returns NULL if
 * no child can be started, if the program writes over 64 MiB or takes longer than `seconds`, or if
 * a signal interrupts the harness. The program's stderr is discarded if `quiet` is true, otherwise
 * inherited.
 */
char *process_capture(const struct arguments *arguments, const char *directory, unsigned seconds, bool quiet,
                      int *status);
