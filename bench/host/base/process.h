/* SPDX-License-Identifier: MIT */
/* Child processes. Each leads its own process group, has no input, and dies with the harness. */
#pragma once

#include "bench/host/base/arguments.h"

#include <stdbool.h>
#include <sys/types.h>

struct process_spec {
	const struct arguments *arguments;   /* item[0]: path of the program, or its name in PATH */
	const struct arguments *environment; /* NAME=value, added to ours; NULL: none */
	const char *directory;               /* to run in; NULL: ours */
	int output;      /* the child's descriptor for its output: 1 (standard output) or 3 */
	const char *log; /* file for its stderr and other output; NULL: discarded */
};

struct process {
	pid_t pid;  /* 0: no child */
	int output; /* non-blocking end to read from; -1: closed */
	bool exited;
	int status; /* after exited: its exit status, or 128 + signal */
	int signal; /* after exited: the signal that ended it, or 0 */
};

/*
 * Starts the child. Returns 0, or -1 with errno. A child whose program cannot be run exits with
 * status 127.
 */
int process_start(struct process *process, const struct process_spec *spec);

/*
 * Reads without blocking. Returns the number of bytes, 0 if there are none now, or -1 at the end of
 * the output; the descriptor is closed then.
 */
ssize_t process_read(struct process *process, char *buffer, size_t size);

/*
 * Returns true if the child has ended, without waiting for it. If so, kills the rest of its group.
 */
bool process_reap(struct process *process);

/* Sends `signal` to the child's group. */
void process_signal(const struct process *process, int signal);

/* Kills the child's group, waits for the child and closes the descriptor. */
void process_kill(struct process *process);

/*
 * Runs a program to its end and returns its output, NUL-terminated; the caller frees it. `*status`
 * gets its exit status. Returns NULL if it cannot be started, writes over 64 MiB, or takes longer
 * than `seconds`. Its stderr is inherited unless `quiet`.
 */
char *process_capture(const struct arguments *arguments, const char *directory, unsigned seconds, bool quiet,
                      int *status);
