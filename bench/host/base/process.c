/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/host/base/process.h"
#include "bench/host/base/clock.h"
#include "bench/host/base/interrupt.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define CAPTURE_MAX (64UL << 20)

static void open_as(int descriptor, const char *path, int flags)
{
	int opened = open(path, flags, 0666);

	if (opened >= 0 && opened != descriptor) {
		dup2(opened, descriptor);
		close(opened);
	}
}

/* Runs in the child: sets up the process and executes the program. Never returns. */
_Noreturn static void become(const struct process_spec *spec, int output, pid_t parent)
{
	sigset_t none;

	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(127);
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGXFSZ, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (spec->directory && chdir(spec->directory))
		_exit(127);
	open_as(0, "/dev/null", O_RDONLY);
	if (spec->log) {
		open_as(2, spec->log, O_WRONLY | O_CREAT | O_APPEND);
		dup2(2, 1);
	}
	if (output == spec->output)
		fcntl(output, F_SETFD, 0);
	else
		dup2(output, spec->output);
	for (size_t i = 0; spec->environment && i < spec->environment->count; i++)
		putenv(spec->environment->item[i]);
	execvp(spec->arguments->item[0], spec->arguments->item);
	dprintf(2, "%s: %s\n", spec->arguments->item[0], strerror(errno));
	_exit(127);
}

int process_start(struct process *process, const struct process_spec *spec)
{
	pid_t parent = getpid();
	int pipes[2];

	*process = (struct process){ .output = -1 };
	if (pipe2(pipes, O_CLOEXEC))
		return -1;
	process->pid = fork();
	if (process->pid == 0)
		become(spec, pipes[1], parent);
	close(pipes[1]);
	if (process->pid < 0) {
		process->pid = 0;
		close(pipes[0]);
		return -1;
	}
	setpgid(process->pid, process->pid);
	interrupt_watch(process->pid);
	fcntl(pipes[0], F_SETFL, O_NONBLOCK);
	process->output = pipes[0];
	return 0;
}

ssize_t process_read(struct process *process, char *buffer, size_t size)
{
	ssize_t length;

	if (process->output < 0)
		return -1;
	length = read(process->output, buffer, size);
	if (length > 0)
		return length;
	if (length < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	close(process->output);
	process->output = -1;
	return -1;
}

/*
 * Kills the child's process group, then reaps the child. The order matters: once the child is
 * reaped, the kernel may give the ID of the group to another process.
 */
static void end_group(struct process *process)
{
	int status = 0;

	process_signal(process, SIGKILL);
	while (waitpid(process->pid, &status, 0) < 0 && errno == EINTR)
		;
	interrupt_unwatch(process->pid);
	process->exited = true;
	process->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	process->status = process->signal ? 128 + process->signal : WEXITSTATUS(status);
}

bool process_reap(struct process *process)
{
	siginfo_t ended = { 0 };

	if (process->exited || process->pid <= 0)
		return process->exited;
	if (waitid(P_PID, (id_t)process->pid, &ended, WEXITED | WNOHANG | WNOWAIT) == 0 && ended.si_pid)
		end_group(process);
	return process->exited;
}

void process_signal(const struct process *process, int signal)
{
	if (process->pid > 0 && !process->exited)
		kill(-process->pid, signal);
}

void process_kill(struct process *process)
{
	if (process->pid > 0 && !process->exited)
		end_group(process);
	if (process->output >= 0)
		close(process->output);
	process->output = -1;
}

/*
 * Reads all output into *text, which the caller frees, and adds a NUL. Returns 0, or -1 if the
 * output exceeds CAPTURE_MAX bytes, the deadline passes, a signal interrupts the harness, or memory
 * runs out.
 */
static int read_all(struct process *process, char **text, double deadline)
{
	size_t used = 0;
	size_t size = 0;

	for (;;) {
		struct pollfd wait = { .fd = process->output, .events = POLLIN };
		ssize_t length;

		if (size - used < 4096) {
			char *larger = realloc(*text, size += 65536);

			if (!larger || size > CAPTURE_MAX)
				return -1;
			*text = larger;
		}
		poll(&wait, 1, 100);
		length = process_read(process, *text + used, size - used - 1);
		if (length < 0)
			break;
		used += (size_t)length;
		if (clock_seconds() > deadline || interrupt_count() > 0)
			return -1;
	}
	(*text)[used] = '\0';
	return 0;
}

char *process_capture(const struct arguments *arguments, const char *directory, unsigned seconds, bool quiet,
                      int *status)
{
	struct process process;
	struct process_spec spec = {
		.arguments = arguments,
		.directory = directory,
		.output = 1,
		.log = quiet ? "/dev/null" : NULL,
	};
	double deadline = clock_seconds() + seconds;
	char *text = NULL;

	if (process_start(&process, &spec))
		return NULL;
	if (read_all(&process, &text, deadline)) {
		free(text);
		text = NULL;
	}
	while (text && !process_reap(&process) && clock_seconds() < deadline)
		poll(NULL, 0, 5);
	process_kill(&process);
	*status = process.status;
	return text;
}
